package dev.runnel;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/// Gives a `@QuarkusTest` a new database on the test server of this JVM. Use it as
/// `@QuarkusTestResource(PostgresResource.class)`.
public final class PostgresResource implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        TestPostgres postgres = TestPostgres.empty();
        return Map.of(
                "quarkus.datasource.reactive.url", postgres.reactiveUrl(),
                "quarkus.datasource.jdbc.url", postgres.jdbcUrl(),
                "quarkus.datasource.username", postgres.user(),
                "quarkus.datasource.password", postgres.user());
    }

    @Override
    public void stop() {
        // the server goes with the JVM
    }
}
