package dev.runnel.store.postgres;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// The store and the event log alone: nobody else claims what a test stores.
public final class StoreProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.test-port",
                "0",
                "quarkus.arc.exclude-types",
                "dev.runnel.app.*,dev.runnel.api.**,dev.runnel.problem.*,dev.runnel.stream.*");
    }
}
