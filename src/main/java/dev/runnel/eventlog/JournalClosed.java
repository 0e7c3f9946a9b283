package dev.runnel.eventlog;

/// The journal stores nothing more; whoever drives the run must stop. Unchecked, because it comes
/// up through listeners that know nothing of journals. The cause says why: [FencedOff] when the run
/// is driven elsewhere, another exception when the log refused the events, none when the journal
/// was closed.
public final class JournalClosed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalClosed(String message) {
        super(message);
    }

    JournalClosed(String message, Throwable cause) {
        super(message, cause);
    }
}
