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
                String.join(
                        ",",
                        "dev.runnel.api.**",
                        "dev.runnel.app.**",
                        "dev.runnel.artifact.**",
                        "dev.runnel.engine.**",
                        "dev.runnel.executor.**",
                        "dev.runnel.format.**",
                        "dev.runnel.problem.**",
                        "dev.runnel.sink.**",
                        "dev.runnel.source.**",
                        "dev.runnel.stream.**"));
    }
}
