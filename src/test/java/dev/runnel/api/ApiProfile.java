package dev.runnel.api;

import dev.runnel.PostgresResource;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
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
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(PostgresResource.class));
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.test-port", "0",
                // what would start the engine, and with it the only user of the sinks, whose
                // settings must be known all the same
                "quarkus.arc.exclude-types", "dev.runnel.app.Lifecycle",
                "quarkus.arc.remove-unused-beans", "false",
                "runnel.events.keep-alive", "300ms",
                "runnel.events.search-time", "1500ms");
    }
}
