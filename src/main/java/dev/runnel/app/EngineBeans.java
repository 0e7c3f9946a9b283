package dev.runnel.app;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.database.Database;
import dev.runnel.database.DatabaseClock;
import dev.runnel.driver.DriverSettings;
import dev.runnel.engine.EngineSettings;
import dev.runnel.engine.InstanceLabels;
import dev.runnel.engine.Presence;
import dev.runnel.engine.RetentionRules;
import dev.runnel.engine.RetentionSweep;
import dev.runnel.engine.RunDispatcher;
import dev.runnel.engine.RunStarter;
import dev.runnel.eventlog.EventLog;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.format.PipelineFormat;
import dev.runnel.group.StepGroups;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.network.AddressGuard;
import dev.runnel.run.RunId;
import dev.runnel.sink.FeederSettings;
import dev.runnel.sink.Sink;
import dev.runnel.sink.SinkFeeder;
import dev.runnel.sink.SinkPositions;
import dev.runnel.source.Source;
import dev.runnel.store.Instances;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunStore;
import dev.runnel.workspace.SnapshotSettings;
import io.quarkus.arc.All;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Puts the pieces together that know no framework.
final class EngineBeans {
    private static final int NAME_BYTES = 4;

    @Produces
    @Singleton
    @Typed(DatabaseClock.class)
    DatabaseClock databaseClock(Database database) {
        return new DatabaseClock(database, Clock.systemUTC());
    }

    @Produces
    @Singleton
    Clock clock(DatabaseClock clock) {
        return clock;
    }

    @Produces
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }

    @Produces
    @Singleton
    AddressGuard guard(RunnelConfig config) {
        return new AddressGuard(config.network().allow().orElse(List.of()));
    }

    @Produces
    @Singleton
    EngineSettings settings(RunnelConfig config, ExecutorChoice choice, RandomGenerator random) {
        int maxRuns =
                config.maxRuns() == 0
                        ? 2 * Runtime.getRuntime().availableProcessors()
                        : config.maxRuns();
        return new EngineSettings(
                maxRuns,
                config.maxSteps() == 0 ? maxRuns : config.maxSteps(),
                config.lease(),
                config.shutdown(),
                config.gracePeriod(),
                driverSettings(
                        config,
                        config.instance().orElseGet(() -> instanceName(random)),
                        labels(config, choice)));
    }

    private static Set<String> labels(RunnelConfig config, ExecutorChoice choice) {
        try {
            return InstanceLabels.of(
                    config.labels().orElse(List.of()),
                    choice.executor().name(),
                    System.getProperty("os.name"),
                    System.getProperty("os.arch"));
        } catch (IllegalArgumentException e) {
            throw new CannotStart("runnel.labels: " + e.getMessage());
        }
    }

    private static DriverSettings driverSettings(
            RunnelConfig config, String instance, Set<String> labels) {
        Optional<Duration> patience =
                switch (config.whenExecutorUnavailable()) {
                    case WAIT -> Optional.of(config.executorPatience());
                    case FAIL -> Optional.empty();
                };
        DataDirectory data = DataDirectory.of(config.dataDir());
        RunnelConfig.Step step = config.step();
        return new DriverSettings(
                instance,
                data.workspaces(),
                snapshots(config.rerun(), data.snapshots()),
                new Limits(step.memory().asLongValue(), step.cpus(), step.processes()),
                step.timeout(),
                step.output().asLongValue(),
                config.runOutput().asLongValue(),
                step.stopGrace(),
                step.finallyTime(),
                patience,
                labels);
    }

    private static SnapshotSettings snapshots(RunnelConfig.Rerun config, Path folder) {
        return new SnapshotSettings(
                folder,
                config.snapshotLimit().asLongValue(),
                config.totalLimit().asLongValue(),
                config.keep());
    }

    private static String instanceName(RandomGenerator random) {
        byte[] unique = new byte[NAME_BYTES];
        random.nextBytes(unique);
        return hostName()
                + "-"
                + ProcessHandle.current().pid()
                + "-"
                + HexFormat.of().formatHex(unique);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    @Produces
    @Singleton
    Presence presence(
            Instances instances,
            EngineSettings settings,
            ExecutorChoice choice,
            @ConfigProperty(name = "quarkus.application.version") String version,
            Clock clock) {
        return new Presence(
                instances,
                settings,
                new Presence.Self(hostName(), version, choice.executor().name()),
                clock);
    }

    @Produces
    @Singleton
    RunDispatcher dispatcher(
            RunStore store,
            RunQueue queue,
            Presence presence,
            StepGroups groups,
            EventLog log,
            RegisteredValues registered,
            ArtifactStore artifacts,
            Source source,
            @All List<PipelineFormat> formats,
            ExecutorChoice choice,
            EngineSettings settings,
            Clock clock) {
        return new RunDispatcher(
                store,
                queue,
                presence,
                groups,
                log,
                registered,
                artifacts,
                source,
                formats,
                choice.executor(),
                settings,
                clock);
    }

    @Produces
    @Singleton
    RetentionSweep retention(
            RunRetention retention,
            RunStore store,
            ArtifactStore artifacts,
            RunnelConfig config,
            Clock clock) {
        RunnelConfig.Retention asked = config.retention();
        RetentionRules rules =
                new RetentionRules(
                        asked.logsFor(),
                        asked.runsFor(),
                        asked.runs(),
                        asked.runsOfRepository(),
                        asked.every());
        return new RetentionSweep(retention, store, artifacts, rules, clock);
    }

    @Produces
    @Singleton
    RunStarter starter(
            RunStore store,
            EventLog log,
            Source source,
            RunDispatcher dispatcher,
            Clock clock,
            RandomGenerator random) {
        return new RunStarter(
                store, log, source, dispatcher, clock, time -> RunId.at(time, random));
    }

    @Produces
    @Singleton
    SinkFeeder feeder(
            @All List<Sink> sinks,
            SinkPositions positions,
            RunStore store,
            EventLog log,
            EngineSettings settings,
            RunnelConfig config,
            Clock clock,
            RandomGenerator random) {
        return new SinkFeeder(
                sinks,
                positions,
                store,
                log,
                FeederSettings.of(config.sinks().parallel(), config.sinks().giveUpAfter()),
                settings.driver().instance(),
                clock,
                random);
    }
}
