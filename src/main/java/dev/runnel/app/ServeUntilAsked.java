package dev.runnel.app;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;

/// Serves until the process is asked to end.
final class ServeUntilAsked implements QuarkusApplication {
    @Override
    public int run(String... arguments) {
        Quarkus.waitForExit();
        return 0;
    }
}
