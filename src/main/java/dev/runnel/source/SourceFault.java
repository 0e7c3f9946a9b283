package dev.runnel.source;

/// Why a repository cannot be used.
public enum SourceFault {
    /// The text is not a URL that git understands, or carries something dangerous.
    URL_MALFORMED,
    /// The scheme, the host or the address behind it is not allowed by configuration.
    URL_NOT_ALLOWED,
    /// The server has no such repository (or hides it without credentials).
    REPOSITORY_NOT_FOUND,
    /// The repository has no such branch, tag or commit, or no commit at all.
    REF_NOT_FOUND,
    /// The server refused the key, the password or the token, or asked for one that is not there.
    ACCESS_DENIED,
    /// The server does not prove who it is: its host key is unknown or another one than the known
    /// one, or its certificate is not trusted.
    HOST_KEY_REJECTED,
    /// The server does not answer; it may later.
    HOST_UNREACHABLE,
    /// The clone took longer than it may.
    TIMEOUT,
    /// The repository is larger than it may be.
    TOO_LARGE,
    /// This machine has no room left for it.
    DISK_FULL,
    /// The server or the transfer failed in another way.
    TRANSFER_FAILED,
    /// The branch moved in the meantime, there is none, or the server refused the update.
    PUSH_REJECTED
}
