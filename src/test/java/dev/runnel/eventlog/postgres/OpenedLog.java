package dev.runnel.eventlog.postgres;

import dev.runnel.TestPostgres;
import dev.runnel.database.Database;
import dev.runnel.database.Notices;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Run;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;

/// An event log over a database, as one instance has it, without the rest of the application.
///
/// @param chunkReads how often the database was asked for chunks
public record OpenedLog(
        EventLog log, AtomicLong chunkReads, Notices notices, Pool pool, TestRuns runs)
        implements AutoCloseable {

    /// Opens a log as an instance of its own.
    public static OpenedLog over(Vertx vertx, TestPostgres postgres) {
        Pool pool = postgres.pool(vertx, 8);
        Notices notices = new Notices(vertx, pool);
        AtomicLong reads = new AtomicLong();
        EventLog log = new PostgresEventLog(new Database(counting(pool, reads)), notices);
        return new OpenedLog(log, reads, notices, pool, new TestRuns(postgres));
    }

    private static Pool counting(Pool pool, AtomicLong reads) {
        return proxy(
                Pool.class,
                (method, arguments) -> {
                    Object result = call(pool, method, arguments);
                    return result instanceof Future<?> future
                                    && method.getName().equals("getConnection")
                            ? future.map(connection -> counting((SqlConnection) connection, reads))
                            : result;
                });
    }

    private static SqlConnection counting(SqlConnection connection, AtomicLong reads) {
        return proxy(
                SqlConnection.class,
                (method, arguments) -> {
                    if (method.getName().equals("preparedQuery")
                            && arguments[0].toString().contains("payload from event_chunk")) {
                        reads.incrementAndGet();
                    }
                    return call(connection, method, arguments);
                });
    }

    private interface Call {
        Object of(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, arguments) -> call.of(method, arguments)));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /// Stores a new run and leases it.
    ///
    /// @return the fence
    public long leased(Run run) {
        return runs.leased(run);
    }

    @Override
    public void close() {
        notices.close();
        pool.close().toCompletionStage().toCompletableFuture().join();
    }
}
