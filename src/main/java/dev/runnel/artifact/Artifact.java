package dev.runnel.artifact;

/// A stored file.
///
/// @param path relative to the folder that it came from, with `/`, without `.` and `..`
/// @param bytes its size
/// @param sha256 of its content, 64 hexadecimal digits
public record Artifact(String path, long bytes, String sha256) {}
