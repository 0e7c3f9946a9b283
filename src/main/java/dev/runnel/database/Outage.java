package dev.runnel.database;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Says once that the database went away and once that it is back, however many calls notice.
final class Outage {
    private static final System.Logger LOG = System.getLogger(Outage.class.getName());

    private volatile @Nullable Long since;

    void began(Throwable cause) {
        synchronized (this) {
            if (since != null) {
                return;
            }
            since = System.nanoTime();
        }
        LOG.log(System.Logger.Level.WARNING, "the database does not answer: " + cause);
    }

    void ended() {
        // called after every answer, so the usual case takes no lock
        if (since == null) {
            return;
        }
        @Nullable Long began;
        synchronized (this) {
            began = since;
            since = null;
        }
        if (began != null) {
            Duration lasted = Duration.ofNanos(System.nanoTime() - began);
            LOG.log(
                    System.Logger.Level.INFO,
                    "the database answers again after {0} s",
                    lasted.toMillis() / 1000.0);
        }
    }
}
