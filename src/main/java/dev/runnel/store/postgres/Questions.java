package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.DatabaseAway;
import dev.runnel.store.StoreUnavailable;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/// Asks the database on behalf of the store's ports, in whose words it says that no answer came.
final class Questions {
    private final Database database;

    Questions(Database database) {
        this.database = database;
    }

    /// One statement, with a transaction of its own.
    RowSet<Row> query(String sql, Tuple parameters) {
        try {
            return database.query(sql, parameters, Database.PATIENCE);
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailable(e);
        }
    }

    /// The one row of a statement that always has one.
    Row row(String sql, Tuple parameters) {
        return query(sql, parameters).iterator().next();
    }

    /// Work in a session of Hibernate.
    <T> T ask(Function<Mutiny.Session, Uni<T>> work) {
        try {
            return inSession(work);
        } catch (DatabaseAway e) {
            throw new StoreUnavailable(e);
        }
    }

    private <T> T inSession(Function<Mutiny.Session, Uni<T>> work) {
        Duration atMost = Database.PATIENCE;
        try {
            T answer =
                    VertxContextSupport.subscribeAndAwait(() ->
                            Panache.withSession(() -> Panache.getSession().chain(work::apply))
                                    .ifNoItem()
                                    .after(atMost)
                                    .failWith(() ->
                                            new TimeoutException(
                                                    "no answer within "
                                                            + atMost.toMillis()
                                                            + " ms")));
            database.answered();
            return answer;
        } catch (Throwable e) {
            throw database.judged(e);
        }
    }
}
