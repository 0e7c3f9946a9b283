package dev.runnel.store.postgres;

import io.vertx.sqlclient.Tuple;

/// Marks the waiting runs of a paused repository as held, and lets them go again: in small batches,
/// since there may be very many.
final class RepositoryHolds {
    private static final int BATCH = 1000;

    // one that somebody is just taking was taken before the pause
    private static final String HOLD =
            """
            update run set held = 'repository-paused'
            where id in (
                select id from run
                where not ended and instance is null and held is null and fence = 0
                    and not cancel_requested and repository = $1
                limit $2::integer for update skip locked)
            """;

    private static final String RELEASE = "select repository_release($1, $2::integer) as freed";

    private final Questions questions;

    RepositoryHolds(Questions questions) {
        this.questions = questions;
    }

    void hold(String repository) {
        int held = BATCH;
        while (held == BATCH) {
            held = questions.query(HOLD, Tuple.of(repository, BATCH)).rowCount();
        }
    }

    /// Does nothing while the repository is paused.
    void release(String repository) {
        int freed = BATCH;
        while (freed == BATCH) {
            freed = questions.row(RELEASE, Tuple.of(repository, BATCH)).getInteger("freed");
        }
    }
}
