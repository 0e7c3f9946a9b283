package dev.runnel.store.postgres;

import dev.runnel.sealing.SecretBox;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The store and the event log alone: nobody else claims what a test stores.
public final class StoreProfile implements QuarkusTestProfile {
    /// What is not configured here.
    @Alternative
    @Dependent
    public static class Parts {
        @Produces
        @Alternative
        @Singleton
        SecretBox box() {
            return new SecretBox(new byte[SecretBox.KEY_BYTES], List.of());
        }
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(Parts.class);
    }

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
                        "dev.runnel.sealing.configured.**",
                        "dev.runnel.sink.**",
                        "dev.runnel.source.**",
                        "dev.runnel.stream.**"));
    }
}
