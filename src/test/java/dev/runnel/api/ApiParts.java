package dev.runnel.api;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.driver.DriverSettings;
import dev.runnel.engine.EngineSettings;
import dev.runnel.engine.Presence;
import dev.runnel.engine.RunDispatcher;
import dev.runnel.engine.RunStarter;
import dev.runnel.eventlog.EventLog;
import dev.runnel.executor.Executor;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.run.RunId;
import dev.runnel.source.Source;
import dev.runnel.source.SourceFault;
import dev.runnel.store.Instances;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunStore;
import dev.runnel.workspace.SnapshotSettings;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What stands behind the HTTP interface in its tests: the real engine, which drives nothing, since
/// it is never started.
@Alternative
@Singleton
final class ApiParts {
    private static final EngineSettings SETTINGS =
            new EngineSettings(
                    3,
                    4,
                    Duration.ofMinutes(1),
                    EngineSettings.Shutdown.HAND_OVER,
                    Duration.ZERO,
                    new DriverSettings(
                            "test",
                            Path.of("/nonexistent"),
                            SnapshotSettings.OFF,
                            new Limits(1, 1, 1),
                            Duration.ofMinutes(1),
                            1,
                            Duration.ZERO,
                            Optional.empty()));

    @Produces
    @Singleton
    RunDispatcher dispatcher(
            RunStore store,
            RunQueue queue,
            Instances instances,
            ArtifactStore artifacts,
            EventLog log) {
        Presence.Self self = new Presence.Self("here", "1", "none");
        return new RunDispatcher(
                store,
                queue,
                new Presence(instances, SETTINGS, self, Clock.systemUTC()),
                new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                log,
                new MemoryRegisteredValues(),
                artifacts,
                new RefusingSource(),
                List.of(),
                new NoExecutor(),
                SETTINGS,
                Clock.systemUTC());
    }

    @Produces
    @Singleton
    RunStarter starter(RunStore store, EventLog log, RunDispatcher dispatcher) {
        return new RunStarter(
                store,
                log,
                new RefusingSource(),
                dispatcher,
                Clock.systemUTC(),
                at -> RunId.at(at, RandomGenerator.getDefault()));
    }

    /// Takes https URLs only.
    private static final class RefusingSource implements Source {
        @Override
        public Optional<SourceRefusal> refusalOf(String url) {
            return url.startsWith("https://")
                    ? Optional.empty()
                    : Optional.of(
                            new SourceRefusal(
                                    SourceFault.URL_NOT_ALLOWED, "only https is allowed here"));
        }

        @Override
        public Checkout checkOut(CheckoutRequest request, CloneProgress progress) {
            throw new AssertionError("nothing is driven");
        }

        @Override
        public Optional<SourceRefusal> fetchHistory(
                CheckoutRequest checkout, String revision, int commits, CloneProgress progress) {
            return Optional.empty();
        }

        @Override
        public PushResult commitAndPush(PushRequest request) {
            throw new AssertionError("nothing is driven");
        }

        @Override
        public ChangesAnswer changes(ChangesRequest request) {
            throw new AssertionError("nothing is driven");
        }
    }

    private static final class NoExecutor implements Executor {
        @Override
        public String name() {
            return "none";
        }

        @Override
        public Optional<String> unavailable() {
            return Optional.of("this is a test");
        }

        @Override
        public boolean isolates() {
            return true;
        }

        @Override
        public String workspaceSeen(Path workspace, String wanted) {
            return wanted;
        }

        @Override
        public RunningStep start(StepSpec spec, StepListener listener) {
            throw new AssertionError("nothing is driven");
        }

        @Override
        public Optional<RunningStep> reattach(
                StepSpec spec, ResumePoint from, StepListener listener) {
            return Optional.empty();
        }

        @Override
        public void destroy(StepKey key) {}

        @Override
        public List<StepKey> leftovers() {
            return List.of();
        }
    }
}
