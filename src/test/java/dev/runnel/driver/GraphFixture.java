package dev.runnel.driver;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.attempt.RunControl;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepPlaces;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// Drives graphs of scripted steps.
final class GraphFixture {
    private static final Clock CLOCK = Clock.systemUTC();

    final ScriptedExecutor executor = new ScriptedExecutor();
    final MemoryEventLog log = new MemoryEventLog();
    final FolderSource source = new FolderSource("unused");
    final Path folder;
    final StepPlaces places;
    final MemoryStepGroups groups = new MemoryStepGroups(MemoryStepGroups.Leases.ALL);
    ArtifactStore artifacts;
    boolean fenced;
    Duration finallyTime = Duration.ofMinutes(1);

    GraphFixture(Path folder, int places) {
        this.folder = folder;
        this.places = new StepPlaces(places);
        this.artifacts = FolderArtifacts.in(folder);
    }

    /// Reads every file as one pipeline.
    private record OnePipeline(Pipeline pipeline) implements PipelineFormat {
        @Override
        public String name() {
            return "one";
        }

        @Override
        public List<String> fileNames() {
            return List.of("test-pipeline");
        }

        @Override
        public Reading read(PipelineFile file, Selection selection) {
            return new Reading.Accepted(pipeline, List.of());
        }

        @Override
        public List<Problem> check(PipelineFile file) {
            return List.of();
        }

        @Override
        public String schema() {
            return "{}";
        }
    }

    static Run requested() {
        return requested(RunRequest.of("url"));
    }

    static Run requested(RunRequest request) {
        Instant now = CLOCK.instant();
        return Run.requested(RunId.at(now, RandomGenerator.getDefault()), request, now);
    }

    Run drive(GraphStep... steps) throws InterruptedException {
        return drive(requested(), GraphStep.pipeline(steps), control());
    }

    static RunControl control() {
        return new RunControl(Duration.ofSeconds(1));
    }

    Run drive(Run run, Pipeline pipeline, RunControl control) throws InterruptedException {
        return drive(run, pipeline, control, 1);
    }

    Run drive(Run run, Pipeline pipeline, RunControl control, long fence)
            throws InterruptedException {
        DriverSettings settings =
                new DriverSettings(
                        "test",
                        folder.resolve("workspaces"),
                        new SnapshotSettings(
                                folder.resolve("snapshots"),
                                1L << 28,
                                1L << 30,
                                Duration.ofHours(1)),
                        new Limits(1 << 28, 1, 100),
                        Duration.ofMinutes(1),
                        1_000_000,
                        1_000_000,
                        Duration.ofSeconds(1),
                        finallyTime,
                        Optional.empty());
        RunDrivers drivers =
                new RunDrivers(
                        new MemoryRunStore(new MemoryEventLog(), Clock.systemUTC()),
                        groups,
                        source,
                        List.of(new OnePipeline(pipeline)),
                        executor,
                        log,
                        new MemoryRegisteredValues(),
                        artifacts,
                        settings,
                        places,
                        CLOCK);
        try (RunJournal journal = new RunJournal(log, run, fence, CLOCK)) {
            RunDriver driver = drivers.driver(journal, control);
            driver.drive();
            driver.cleanUp();
            return journal.run();
        }
    }

    CompletableFuture<Run> driving(Run run, Pipeline pipeline, RunControl control) {
        CompletableFuture<Run> driven = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        driven.complete(drive(run, pipeline, control));
                    } catch (InterruptedException | RuntimeException | Error e) {
                        driven.completeExceptionally(e);
                    }
                });
        return driven;
    }

    List<RunEvent> events(RunId run) {
        return log.read(run, 0, Integer.MAX_VALUE).stream().map(RecordedEvent::event).toList();
    }

    List<String> lines(Run run) {
        return events(run.id()).stream()
                .filter(OutputWritten.class::isInstance)
                .map(event -> ((OutputWritten) event).line().text())
                .toList();
    }

    static List<StepState> states(Run run) {
        return run.steps().stream().map(StepRun::state).toList();
    }

    void awaitLine(Run run, String text) throws InterruptedException {
        await(() -> lines(run).contains(text));
    }

    void awaitEvent(Run run, Class<? extends RunEvent> type) throws InterruptedException {
        await(() -> events(run.id()).stream().anyMatch(type::isInstance));
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen");
            }
            Thread.sleep(5);
        }
    }
}
