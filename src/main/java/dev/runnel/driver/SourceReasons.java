package dev.runnel.driver;

import dev.runnel.run.Reason;
import dev.runnel.source.SourceFault;

/// Faults of a source in the words of a run.
final class SourceReasons {
    private SourceReasons() {}

    static Reason of(SourceFault fault) {
        return switch (fault) {
            case URL_MALFORMED, URL_NOT_ALLOWED -> Reason.URL_NOT_ALLOWED;
            case REPOSITORY_NOT_FOUND -> Reason.REPOSITORY_NOT_FOUND;
            case REF_NOT_FOUND -> Reason.REF_NOT_FOUND;
            case ACCESS_DENIED -> Reason.ACCESS_DENIED;
            case HOST_KEY_REJECTED -> Reason.HOST_KEY_REJECTED;
            case HOST_UNREACHABLE -> Reason.HOST_UNREACHABLE;
            case TOO_LARGE -> Reason.REPOSITORY_TOO_LARGE;
            case TIMEOUT, DISK_FULL, TRANSFER_FAILED -> Reason.CLONE_FAILED;
            case PUSH_REJECTED -> Reason.PUSH_FAILED;
        };
    }
}
