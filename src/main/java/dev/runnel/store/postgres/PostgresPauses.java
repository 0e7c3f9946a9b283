package dev.runnel.store.postgres;

import dev.runnel.database.Columns;
import dev.runnel.database.Database;
import dev.runnel.store.Pauses;
import dev.runnel.store.RunStore.Change;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Pauses in Postgres: a row for each that holds. The statements that submit and claim read them.
@Singleton
final class PostgresPauses implements Pauses {
    private static final String PAUSE =
            """
            insert into pause (scope, repository, paused_by, reason)
            values ($1::text, $2::text, $3::text, $4::text)
            on conflict (scope, repository) do update set scope = excluded.scope
            returning *
            """;
    private static final String RESUME =
            "delete from pause where scope = $1::text and repository = $2::text";
    private static final String ALL = "select * from pause order by since, scope, repository";

    private final Questions questions;
    private final QueueNews news;
    private final RepositoryHolds holds;

    @Inject
    PostgresPauses(Database database, QueueNews news) {
        this.questions = new Questions(database);
        this.news = news;
        this.holds = new RepositoryHolds(questions);
    }

    @Override
    public Pause pause(Scope scope, String by, Optional<String> reason) {
        Tuple parameters =
                Tuple.of(word(scope), repository(scope), Columns.text(by), Columns.text(reason));
        Pause pause = read(questions.row(PAUSE, parameters));
        switch (scope) {
            case Scope.Repository(String name) -> holds.hold(name);
            case Scope.Intake _, Scope.Queue _ -> {}
        }
        return pause;
    }

    @Override
    public boolean resume(Scope scope) {
        boolean paused =
                questions.query(RESUME, Tuple.of(word(scope), repository(scope))).rowCount() > 0;
        switch (scope) {
            // also when it was resumed before, by somebody who died before letting its runs go
            case Scope.Repository(String name) -> holds.release(name);
            case Scope.Intake _, Scope.Queue _ -> {}
        }
        news.tell(Change.CLAIMABLE);
        return paused;
    }

    @Override
    public List<Pause> all() {
        List<Pause> pauses = new ArrayList<>();
        for (Row row : questions.query(ALL, Tuple.tuple())) {
            pauses.add(read(row));
        }
        return pauses;
    }

    private static Pause read(Row row) {
        String word = row.getString("scope");
        Scope scope =
                switch (word) {
                    case "intake" -> new Scope.Intake();
                    case "queue" -> new Scope.Queue();
                    case "repository" -> new Scope.Repository(row.getString("repository"));
                    default ->
                            throw new IllegalStateException(
                                    "pause of '" + word + "' was stored by a newer Runnel");
                };
        return new Pause(
                scope,
                row.getOffsetDateTime("since").toInstant(),
                row.getString("paused_by"),
                Optional.ofNullable(row.getString("reason")));
    }

    private static String word(Scope scope) {
        return switch (scope) {
            case Scope.Intake _ -> "intake";
            case Scope.Queue _ -> "queue";
            case Scope.Repository _ -> "repository";
        };
    }

    private static String repository(Scope scope) {
        return switch (scope) {
            case Scope.Intake _, Scope.Queue _ -> "";
            case Scope.Repository(String name) -> Columns.text(name);
        };
    }
}
