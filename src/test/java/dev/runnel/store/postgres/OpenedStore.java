package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.database.Notices;
import dev.runnel.sealing.SecretBox;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunStore;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;

/// A run store over a pool, without the rest of the application: for what submits and claims, which
/// needs no Hibernate.
public record OpenedStore(RunStore store, RunRetention retention, Notices notices)
        implements AutoCloseable {

    /// Opens a store as an instance of its own.
    ///
    /// @param pool stays the caller's to close
    public static OpenedStore over(Vertx vertx, Pool pool) {
        return over(vertx, pool, new SecretBox(new byte[SecretBox.KEY_BYTES], List.of()));
    }

    /// Opens one that seals secrets so.
    static OpenedStore over(Vertx vertx, Pool pool, SecretBox box) {
        Notices notices = new Notices(vertx, pool);
        Database database = new Database(pool);
        RunStore store = new PostgresRunStore(database, new QueueNews(notices), box);
        return new OpenedStore(store, new PostgresRunRetention(database), notices);
    }

    @Override
    public void close() {
        notices.close();
    }
}
