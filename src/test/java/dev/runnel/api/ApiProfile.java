package dev.runnel.api;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;
import java.util.Set;

/// The HTTP interface alone: real requests, the real engine's checks, but nobody drives a run
/// unless a test does.
public final class ApiProfile implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(ApiParts.class);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.test-port", "0",
                "quarkus.datasource.active", "false",
                "quarkus.datasource.jdbc", "false",
                "quarkus.datasource.reactive", "false",
                "quarkus.hibernate-orm.enabled", "false",
                "quarkus.flyway.enabled", "false");
    }
}
