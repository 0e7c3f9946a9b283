package dev.runnel.format;

/// A pipeline file as it lies in a repository.
///
/// @param name path relative to the root of the repository
/// @param content its bytes; never changed
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied by nobody
public record PipelineFile(String name, byte[] content) {}
