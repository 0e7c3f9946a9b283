package dev.runnel.app;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/// Where the configured database is. Runnel reaches it in two ways, and either address says what
/// the other one is.
///
/// @param jdbc for migrations, `jdbc:postgresql://host/name`
/// @param reactive for everything else, `postgresql://host/name`
record DatabaseAddress(Optional<String> jdbc, Optional<String> reactive) {
    private static final String JDBC = "quarkus.datasource.jdbc.url";
    private static final String REACTIVE = "quarkus.datasource.reactive.url";
    private static final String JDBC_PREFIX = "jdbc:";
    private static final String REACTIVE_PREFIX = "vertx-reactive:";

    /// What the settings say.
    static DatabaseAddress in(Config settings) {
        return new DatabaseAddress(
                settings.getOptionalValue(JDBC, String.class),
                settings.getOptionalValue(REACTIVE, String.class));
    }

    /// Whether there is a configured database at all.
    boolean isSet() {
        return jdbc.isPresent() || reactive.isPresent();
    }

    /// The setting that is missing.
    Map<String, String> complete() {
        Map<String, String> missing = new HashMap<>();
        if (jdbc.isPresent() && reactive.isEmpty()) {
            missing.put(REACTIVE, without(JDBC_PREFIX, jdbc.get()));
        }
        if (reactive.isPresent() && jdbc.isEmpty()) {
            missing.put(JDBC, JDBC_PREFIX + without(REACTIVE_PREFIX, reactive.get()));
        }
        return missing;
    }

    private static String without(String prefix, String address) {
        return address.startsWith(prefix) ? address.substring(prefix.length()) : address;
    }
}
