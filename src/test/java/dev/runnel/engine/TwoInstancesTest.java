package dev.runnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.driver.DriverSettings;
import dev.runnel.driver.ScriptedExecutor;
import dev.runnel.engine.EngineSettings.Shutdown;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.format.pipelines.RunnelFormat;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.source.Source;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.workspace.SnapshotSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Instances with labels, limits and concurrency groups that share a store.
@Timeout(60)
class TwoInstancesTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final String NEEDING =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: Train, runs-on: [linux, gpu], script: [print trained] }
            """;
    private static final String GROUPED =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: Deploy, concurrency-group: production, script: [print in, hang] }
            """;
    private static final String MANUAL =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: Deploy, trigger: manual, script: [print deployed] }
            """;
    private static final String PLAIN =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: Build, script: [print built] }
            """;

    @TempDir Path folder;

    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, CLOCK);
    private final MemoryStepGroups groups = new MemoryStepGroups(store.leases());
    private final ScriptedExecutor executor = new ScriptedExecutor();
    private final OneFileEach source = new OneFileEach();
    private final List<RunDispatcher> dispatchers = new ArrayList<>();

    /// Repositories of one file each.
    private static final class OneFileEach implements Source {
        private final Map<String, String> files = new ConcurrentHashMap<>();

        @Override
        public Optional<SourceRefusal> refusalOf(String url) {
            return Optional.empty();
        }

        @Override
        public Checkout checkOut(CheckoutRequest request, CloneProgress progress) {
            try {
                Files.createDirectories(request.folder());
                Files.writeString(
                        request.folder().resolve("fxq-pipeline.yml"), files.get(request.url()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new CheckedOut("1".repeat(40), Optional.of("main"));
        }

        @Override
        public Optional<SourceRefusal> fetchHistory(
                CheckoutRequest request, String revision, int commits, CloneProgress progress) {
            throw new AssertionError("nobody asks");
        }

        @Override
        public PushResult commitAndPush(PushRequest request) {
            throw new AssertionError("nothing is pushed");
        }

        @Override
        public ChangesAnswer changes(ChangesRequest request) {
            throw new AssertionError("nobody asks");
        }
    }

    @AfterEach
    void shutDown() throws InterruptedException {
        executor.endHanging();
        for (RunDispatcher dispatcher : dispatchers) {
            dispatcher.shutDown();
        }
    }

    @Test
    void aRunIsGivenBackUntilAnInstanceComesThatHasItsLabels() {
        start("a", 2, Set.of("linux"));
        Run run = submit(NEEDING);
        await(() -> waiting(run).isPresent());
        Waiting waiting = waiting(run).orElseThrow();
        assertThat(waiting.labels()).containsExactlyInAnyOrder("linux", "gpu");
        await(() -> waiting(run).flatMap(Waiting::held).equals(Optional.of(Held.LABELS)));
        assertThat(messages(run))
                .anyMatch(text -> text.contains("labels gpu, linux; a does not have gpu"));
        // the other one goes on meanwhile
        Run plain = submit(PLAIN);
        await(() -> run(plain).ended());

        start("b", 2, Set.of("linux", "gpu"));
        await(() -> run(run).ended());
        assertThat(run(run).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(messages(run)).contains("taken up by instance b");
    }

    @Test
    void aRunThatWaitsForLabelsIsCancelledByAnyInstance() {
        start("a", 2, Set.of("linux"));
        Run run = submit(NEEDING);
        await(() -> waiting(run).isPresent());
        assertThat(starter().cancel(run.id())).isTrue();
        await(() -> run(run).ended());
        assertThat(run(run).state()).isEqualTo(RunState.ABORTED);
    }

    @Test
    void stepsOfOneGroupTakeTurnsOverInstances() {
        start("a", 1, Set.of());
        Run first = submit(GROUPED);
        await(() -> executor.started().size() == 1);
        start("b", 1, Set.of());
        Run second = submit(GROUPED);
        await(() -> messages(second).stream().anyMatch(text -> text.contains("production")));
        assertThat(executor.started()).hasSize(1);
        executor.endHanging();
        await(() -> run(first).ended() && run(second).ended());
        assertThat(run(second).state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run(second).step(1).startedAt().orElseThrow())
                .isAfterOrEqualTo(run(first).step(1).finishedAt().orElseThrow());
    }

    @Test
    void aRunThatWaitsForAPersonLeavesItsPlaceToOthers() {
        start("a", 1, Set.of());
        Run manual = submit(MANUAL);
        await(() -> run(manual).steps().stream().anyMatch(step -> step.isWaitingForApproval()));
        Run other = submit(PLAIN);
        await(() -> run(other).ended());
        await(() -> dispatchers.getFirst().running() == 0);
        starter().approve(manual.id(), 1);
        await(() -> run(manual).ended());
        assertThat(run(manual).state()).isEqualTo(RunState.SUCCESSFUL);
        // its place was given back once, not twice
        submit(GROUPED);
        submit(PLAIN);
        await(() -> dispatchers.getFirst().running() == 1);
        await(() -> store.queue().depth().waiting() == 1);
    }

    private void start(String name, int maxRuns, Set<String> labels) {
        EngineSettings settings =
                new EngineSettings(
                        maxRuns,
                        maxRuns + 1,
                        Duration.ofSeconds(20),
                        Shutdown.DRAIN,
                        Duration.ofSeconds(20),
                        new DriverSettings(
                                name,
                                folder.resolve(name),
                                SnapshotSettings.OFF,
                                new Limits(1 << 28, 1, 100),
                                Duration.ofMinutes(1),
                                1 << 20,
                                Long.MAX_VALUE,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(20),
                                Optional.empty(),
                                labels));
        RunDispatcher started =
                new RunDispatcher(
                        store,
                        store.queue(),
                        new Presence(
                                store.instances(),
                                settings,
                                new Presence.Self("here", "1", "scripted"),
                                CLOCK),
                        groups,
                        log,
                        new MemoryRegisteredValues(),
                        FolderArtifacts.in(folder.resolve("artifacts")),
                        source,
                        List.of(new RunnelFormat()),
                        executor,
                        settings,
                        CLOCK);
        dispatchers.add(started);
        started.start();
    }

    private RunStarter starter() {
        return new RunStarter(
                store,
                log,
                source,
                dispatchers.getFirst(),
                CLOCK,
                time -> RunId.at(time, RandomGenerator.getDefault()));
    }

    private Run submit(String file) {
        Instant now = CLOCK.instant();
        String url = "https://git.example/team/" + Integer.toHexString(file.hashCode());
        source.files.put(url, file);
        Run run =
                Run.requested(RunId.at(now, RandomGenerator.getDefault()), RunRequest.of(url), now);
        store.submit(run, Optional.empty());
        return run;
    }

    private Run run(Run run) {
        return store.find(run.id()).orElseThrow();
    }

    private Optional<Waiting> waiting(Run run) {
        return store.queue().waiting(run.id()).filter(one -> !one.labels().isEmpty());
    }

    private List<String> messages(Run run) {
        return log.read(run.id(), 0, 1000).stream()
                .map(recorded -> recorded.event())
                .map(event -> message(event))
                .toList();
    }

    private static String message(RunEvent event) {
        return event instanceof ProgressMade made ? made.message() : "";
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not come about").isLessThan(deadline);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
