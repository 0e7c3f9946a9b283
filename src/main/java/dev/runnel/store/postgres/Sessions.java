package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.vertx.VertxContextSupport;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/// Runs work in a Hibernate Reactive session for a caller that waits, a bounded time.
final class Sessions {
    private final Database database;

    Sessions(Database database) {
        this.database = database;
    }

    /// @throws dev.runnel.database.DatabaseAway when no answer came in time
    <T> T ask(Function<Mutiny.Session, Uni<T>> work) {
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
