package dev.runnel.database;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Wakes other instances through LISTEN and NOTIFY, over one connection of the pool.
///
/// Sending never blocks and is not part of any transaction: a transaction that notifies holds a
/// lock of the whole server while it commits, and thousands of appends would queue behind it. A
/// notice can therefore get lost with its sender; whoever listens looks again now and then.
@Singleton
public final class Notices implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Notices.class.getName());
    // a notice is nothing that has to be on the disk; waiting for that would slow others down
    private static final String NOTIFY =
            "select set_config('synchronous_commit', 'off', true), pg_notify(channel, payload)"
                    + " from unnest($1::text[], $2::text[]) as notice(channel, payload)";
    private static final long CHECK_MILLIS = TimeUnit.SECONDS.toMillis(5);
    private static final long LONGEST_WAIT_MILLIS = TimeUnit.SECONDS.toMillis(2);

    private final Vertx vertx;
    private final Pool pool;
    // tells the notices of this instance from those of others
    private final String self = Long.toString(UUID.randomUUID().getMostSignificantBits(), 36);
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final Outbox outbox = new Outbox();
    private volatile @Nullable PgConnection connection;
    private volatile boolean closed;
    private boolean started;
    private long attempts;
    // the last time at which notices were certainly heard
    private long heardUntil = System.nanoTime();
    private volatile long lastCheck = heardUntil;

    @Inject
    public Notices(Vertx vertx, Pool pool) {
        this.vertx = vertx;
        this.pool = pool;
    }

    /// Hears what other instances send.
    public interface Listener {
        /// A notice came; called on an event loop, so it must be quick.
        void heard(String payload);

        /// Listening began, or began again: notices of the time before may be lost. Called on an
        /// event loop.
        ///
        /// @param deaf how long nothing was heard
        void listening(Duration deaf);
    }

    /// Listens to a channel, once per channel, for as long as this object lives.
    ///
    /// @param channel a lower-case SQL name
    public synchronized void listen(String channel, Listener listener) {
        if (listeners.putIfAbsent(channel, listener) != null) {
            throw new IllegalStateException("somebody listens to " + channel + " already");
        }
        if (!started) {
            started = true;
            connect();
            return;
        }
        @Nullable PgConnection current = connection;
        if (current != null) {
            listenOn(current, channel, listener);
        }
    }

    /// Whether notices of others are heard now.
    public boolean isListening() {
        return connection != null;
    }

    /// Tells the other instances; does not wait. Of several notices with the same key that have not
    /// gone out yet only the last one does.
    ///
    /// @param payload at most a few hundred characters
    public void send(String channel, String key, String payload) {
        if (outbox.put(channel, key, self + " " + payload)) {
            post();
        }
    }

    private void post() {
        Map<String, Notice> batch = outbox.take();
        if (batch.isEmpty()) {
            return;
        }
        String[] channels = batch.values().stream().map(Notice::channel).toArray(String[]::new);
        String[] payloads = batch.values().stream().map(Notice::payload).toArray(String[]::new);
        Tuple parameters = Tuple.tuple().addArrayOfString(channels).addArrayOfString(payloads);
        pool.withConnection(sender -> sender.preparedQuery(NOTIFY).execute(parameters))
                .onSuccess(_ -> post())
                .onFailure(fault -> {
                    if (!closed && Faults.isAway(fault)) {
                        outbox.putBack(batch);
                        vertx.setTimer(LONGEST_WAIT_MILLIS, _ -> post());
                    } else {
                        LOG.log(System.Logger.Level.DEBUG, "notices were not sent", fault);
                        post();
                    }
                });
    }

    private void connect() {
        if (!closed) {
            pool.getConnection()
                    .map(PgConnection::cast)
                    .onSuccess(this::opened)
                    .onFailure(this::connectLater);
        }
    }

    private synchronized void opened(PgConnection opened) {
        attempts = 0;
        connection = opened;
        opened.notificationHandler(this::dispatch);
        opened.closeHandler(_ -> abandon(opened));
        listeners.forEach((channel, listener) -> listenOn(opened, channel, listener));
        checkLater(opened);
    }

    private void listenOn(PgConnection listening, String channel, Listener listener) {
        long deafSince = heardUntil;
        listening
                .query("LISTEN " + channel)
                .execute()
                .onSuccess(_ -> listener.listening(Duration.ofNanos(System.nanoTime() - deafSince)))
                .onFailure(_ -> abandon(listening));
    }

    /// Listens over another connection, if this one is still the one in use.
    private synchronized void abandon(PgConnection listening) {
        if (listening.equals(connection)) {
            connection = null;
            heardUntil = lastCheck;
            connect();
        }
    }

    private void checkLater(PgConnection listening) {
        lastCheck = System.nanoTime();
        vertx.setTimer(
                CHECK_MILLIS,
                _ -> {
                    if (!closed && listening.equals(connection)) {
                        check(listening);
                    }
                });
    }

    // a connection whose other end vanished without a word looks alive until somebody asks
    private void check(PgConnection listening) {
        long timer = vertx.setTimer(CHECK_MILLIS, _ -> abandon(listening));
        listening
                .query("select 1")
                .execute()
                .onComplete(_ -> vertx.cancelTimer(timer))
                .onFailure(_ -> abandon(listening))
                .onSuccess(_ -> {
                    if (listening.equals(connection)) {
                        checkLater(listening);
                    } else {
                        giveBack(listening);
                    }
                });
    }

    private static void giveBack(PgConnection listening) {
        listening.query("UNLISTEN *").execute().onComplete(_ -> listening.close());
    }

    private void connectLater(Throwable fault) {
        LOG.log(System.Logger.Level.DEBUG, "cannot listen for notices now", fault);
        long wait = Math.min(LONGEST_WAIT_MILLIS, 50L << Math.min(attempts, 6));
        attempts++;
        vertx.setTimer(wait, _ -> connect());
    }

    private void dispatch(PgNotification notification) {
        @Nullable Listener listener = listeners.get(notification.getChannel());
        String[] parts = notification.getPayload().split(" ", 2);
        if (listener != null && parts.length == 2 && !parts[0].equals(self)) {
            listener.heard(parts[1]);
        }
    }

    @Override
    @PreDestroy
    public synchronized void close() {
        closed = true;
        @Nullable PgConnection current = connection;
        connection = null;
        if (current != null) {
            giveBack(current);
        }
    }

    private record Notice(String channel, String payload) {}

    /// Notices that have not gone out; one batch is under way at a time.
    private static final class Outbox {
        private Map<String, Notice> waiting = new LinkedHashMap<>();
        private boolean busy;

        /// @return whether the caller is to post
        synchronized boolean put(String channel, String key, String payload) {
            waiting.put(channel + " " + key, new Notice(channel, payload));
            boolean idle = !busy;
            busy = true;
            return idle;
        }

        synchronized Map<String, Notice> take() {
            Map<String, Notice> batch = waiting;
            waiting = new LinkedHashMap<>();
            busy = !batch.isEmpty();
            return batch;
        }

        synchronized void putBack(Map<String, Notice> batch) {
            batch.forEach(waiting::putIfAbsent);
        }
    }
}
