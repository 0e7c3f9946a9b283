package dev.runnel.app;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Says whether the engine answers. Without one, requests are still accepted and wait.
@Readiness
@ApplicationScoped
class ExecutorHealth implements HealthCheck {
    private final ExecutorChoice choice;

    @Inject
    ExecutorHealth(ExecutorChoice choice) {
        this.choice = choice;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<String> unavailable = choice.executor().unavailable();
        return HealthCheckResponse.named("Executor " + choice.executor().name())
                .status(unavailable.isEmpty())
                .withData("problem", unavailable.orElse("none"))
                .build();
    }
}
