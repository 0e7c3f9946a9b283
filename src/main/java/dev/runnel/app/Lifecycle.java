package dev.runnel.app;

import dev.runnel.database.DatabaseClock;
import dev.runnel.engine.EngineSettings;
import dev.runnel.engine.RetentionSweep;
import dev.runnel.engine.RunDispatcher;
import dev.runnel.sink.SinkFeeder;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/// Starts the engine when the service is up and ends it before the service goes down.
@ApplicationScoped
class Lifecycle {
    private static final Logger LOG = Logger.getLogger(Lifecycle.class);

    private final RunDispatcher dispatcher;
    private final SinkFeeder feeder;
    private final ExecutorChoice choice;
    private final EngineSettings settings;
    private final RetentionSweep retention;
    private final DatabaseClock clock;

    @Inject
    Lifecycle(
            RunDispatcher dispatcher,
            SinkFeeder feeder,
            ExecutorChoice choice,
            EngineSettings settings,
            RetentionSweep retention,
            DatabaseClock clock) {
        this.dispatcher = dispatcher;
        this.feeder = feeder;
        this.choice = choice;
        this.settings = settings;
        this.retention = retention;
        this.clock = clock;
    }

    void start(
            @Observes StartupEvent event, @ConfigProperty(name = "quarkus.http.host") String host) {
        warnWhenOpen(host);
        clock.start();
        dispatcher.start();
        feeder.start();
        retention.start();
        LOG.infof(
                "Steps run by '%s', up to %d runs and %d steps at a time; workspaces in %s;"
                        + " instance %s",
                choice.executor().name(),
                settings.maxRuns(),
                settings.maxSteps(),
                settings.driver().workspaces(),
                settings.driver().instance());
    }

    private static void warnWhenOpen(String host) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress()) {
                LOG.warnf(
                        "The API listens on %s and asks nobody for credentials: keep it behind a"
                                + " proxy that does.",
                        host);
            }
        } catch (UnknownHostException e) {
            LOG.debugf("the host %s is not known to this machine", host);
        }
    }

    /// Finishes the runs, or gives them back, while the API still answers: followers hear of the
    /// end, and new requests are refused with what to do.
    void drain(@Observes ShutdownDelayInitiatedEvent event) throws InterruptedException {
        LOG.infof(
                "Asked to end; %d runs in progress, what becomes of them: %s",
                dispatcher.running(), settings.shutdown());
        stop();
    }

    /// For when the service ends before it was up.
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stop();
    }

    private void stop() throws InterruptedException {
        dispatcher.shutDown();
        feeder.close();
        retention.close();
        clock.close();
    }

    /// Says whether this instance takes new runs.
    @Readiness
    @ApplicationScoped
    static class TakesRuns implements HealthCheck {
        private final RunDispatcher dispatcher;

        @Inject
        TakesRuns(RunDispatcher dispatcher) {
            this.dispatcher = dispatcher;
        }

        @Override
        public HealthCheckResponse call() {
            return HealthCheckResponse.named("Takes runs").status(!dispatcher.isClosing()).build();
        }
    }
}
