package dev.runnel.eventlog.postgres;

import dev.runnel.TestPostgres;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Rows of `run` as the store writes them, as far as an append depends on them.
final class TestRuns {
    private final TestPostgres postgres;

    TestRuns(TestPostgres postgres) {
        this.postgres = postgres;
    }

    long leased(Run run) {
        postgres.execute(
                "insert into run (id, url, repository, request, created_at, state) values ('"
                        + run.id()
                        + "', 'u', 'r', '{}', now(), 'PENDING')");
        return takenOver(run.id());
    }

    long takenOver(RunId run) {
        try (Connection connection = postgres.connect();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "update run set fence = fence + 1, instance = 'x',"
                                        + " leased_until = now() + interval '1 hour'"
                                        + " where id = ? returning fence")) {
            statement.setObject(1, run.value());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
