package dev.runnel.sink.aerunner;

import dev.runnel.eventlog.EventLog;
import dev.runnel.network.AddressGuard;
import dev.runnel.sink.Sink;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/// Makes the three sinks from the configuration.
@ApplicationScoped
class CallbackSinks {
    private final CallbackSettings settings;
    private final CallbackClient client;
    private final EventLog log;
    private final Clock clock;

    CallbackSinks(CallbacksConfig config, AddressGuard guard, EventLog log, Clock clock) {
        this.settings =
                new CallbackSettings(
                        config.targets(),
                        config.timeout(),
                        Math.toIntExact(config.outputLimit().asLongValue()),
                        config.log());
        this.client = new CallbackClient(settings.timeout(), guard);
        this.log = log;
        this.clock = clock;
    }

    @Produces
    @Singleton
    Sink runs() {
        return sink(Level.RUN);
    }

    @Produces
    @Singleton
    Sink steps() {
        return sink(Level.STEP);
    }

    @Produces
    @Singleton
    Sink commands() {
        return sink(Level.COMMAND);
    }

    private Sink sink(Level level) {
        return new AeRunnerCallbacks(level, settings, client, log, clock);
    }

    @PreDestroy
    void close() {
        client.close();
    }
}
