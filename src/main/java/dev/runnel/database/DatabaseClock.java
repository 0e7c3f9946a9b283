package dev.runnel.database;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// The clock of the database, which all instances share: asked now and then, and carried on between
/// by a counter that no change of this machine's clock moves. Until it is asked for the first time,
/// this machine's own clock.
///
/// Times that one instance wrote are so comparable with those of another, and how much time is left
/// to a step does not depend on who takes it up.
public final class DatabaseClock extends Clock implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DatabaseClock.class.getName());
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int QUESTIONS = 3;
    private static final String TIME = "select clock_timestamp() as time";

    private final Database database;
    private final InstantSource own;
    private final ZoneId zone;
    private final Thread asking = Thread.ofVirtual().name("clock").unstarted(this::keepAsking);
    private volatile Reading last;

    /// What the database's clock showed.
    ///
    /// @param nanos of this process's counter at that moment
    private record Reading(Instant time, long nanos) {
        Instant now() {
            return time.plusNanos(System.nanoTime() - nanos);
        }
    }

    /// @param own this machine's clock
    public DatabaseClock(Database database, InstantSource own) {
        this.database = database;
        this.own = own;
        this.zone = ZoneOffset.UTC;
        this.last = new Reading(own.instant(), System.nanoTime());
    }

    /// Asks the database now, and from then on every minute.
    public void start() {
        try {
            ask();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        asking.start();
    }

    /// Asks the database a few times and believes the quickest answer, which is off by half of its
    /// way at most; an answer that does not come changes nothing.
    void ask() throws InterruptedException {
        long quickest = Long.MAX_VALUE;
        try {
            for (int question = 0; question < QUESTIONS; question++) {
                long before = System.nanoTime();
                Row row = database.query(TIME, Tuple.tuple(), Database.PATIENCE).iterator().next();
                long took = System.nanoTime() - before;
                if (took < quickest) {
                    quickest = took;
                    Instant shown = row.getOffsetDateTime("time").toInstant();
                    last = new Reading(shown, before + took / 2);
                }
            }
            Duration apart = Duration.between(own.instant(), instant()).abs();
            if (apart.compareTo(EVERY) > 0) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "this machine''s clock and the database''s are {0} apart",
                        apart);
            }
        } catch (DatabaseAway e) {
            LOG.log(System.Logger.Level.DEBUG, "the clock goes on by itself for now", e);
        }
    }

    private void keepAsking() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                ask();
            }
        } catch (InterruptedException e) {
            // the process ends
        }
    }

    @Override
    public Instant instant() {
        return last.now();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return Clock.system(other);
    }

    @Override
    public void close() {
        asking.interrupt();
    }
}
