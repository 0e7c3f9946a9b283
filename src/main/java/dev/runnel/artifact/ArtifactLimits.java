package dev.runnel.artifact;

/// How much is kept.
///
/// @param ownerBytes of one owner: a step, or a version of a cache
/// @param ownerFiles files and links of one owner
/// @param totalBytes of all together; what was used longest ago goes first
public record ArtifactLimits(long ownerBytes, int ownerFiles, long totalBytes) {}
