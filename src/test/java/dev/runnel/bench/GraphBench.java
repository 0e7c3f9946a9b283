package dev.runnel.bench;

import dev.runnel.TestPostgres;
import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.attempt.RunControl;
import dev.runnel.driver.DriverSettings;
import dev.runnel.driver.GraphStep;
import dev.runnel.driver.RunDriver;
import dev.runnel.driver.RunDrivers;
import dev.runnel.driver.ScriptedExecutor;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.eventlog.postgres.OpenedLog;
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
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.source.Source;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.workspace.SnapshotSettings;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/// Measures what the scheduling of a graph costs: steps per second when a step does nothing, for
/// chains, for steps that need nothing, and for layers of ten of which each needs all before it;
/// one run at a time, and a hundred runs of a hundredth each. Events are stored in memory, or in a
/// Postgres that writes to disk before it answers.
public final class GraphBench {
    private static final String HELP =
            """
            bench/graph [--postgres] [STEPS ...]    default: 10 1000 10000
              --postgres   store events in a Postgres, started in a scratch folder
            """;
    private static final String POSTGRES = "--postgres";
    private static final int PLACES = 64;
    private static final int RUNS = 100;
    private static final int TRIES = 3;
    private static final int LAYER = 10;
    private static final Clock CLOCK = Clock.systemUTC();

    private final Path folder;
    private final Logs logs;

    private GraphBench(Path folder, Logs logs) {
        this.folder = folder;
        this.logs = logs;
    }

    /// Where the events of runs go.
    private interface Logs {
        /// A log that holds the run, and the fence under which it may be written.
        Leased take(Run run);
    }

    private record Leased(EventLog log, long fence) {}

    /// Measures.
    ///
    /// @param arguments the root of the project, then options and numbers of steps
    public static void main(String[] arguments) throws Exception {
        List<String> given = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        if (given.contains("--help")) {
            System.out.print(HELP);
            return;
        }
        boolean stored = given.remove(POSTGRES);
        int[] sizes =
                given.isEmpty()
                        ? new int[] {10, 1_000, 10_000}
                        : given.stream().mapToInt(Integer::parseInt).toArray();
        if (stored) {
            inPostgres(sizes);
        } else {
            measure(sizes, _ -> new Leased(new MemoryEventLog(), 1));
        }
        System.out.println("load of the machine: " + Bench.load());
    }

    private static void inPostgres(int[] sizes) throws Exception {
        Vertx vertx = Vertx.vertx();
        try (EmbeddedPostgres server =
                EmbeddedPostgres.builder()
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start()) {
            TestPostgres postgres = new TestPostgres(server.getPort(), "postgres");
            postgres.migrate();
            try (OpenedLog opened = OpenedLog.over(vertx, postgres)) {
                measure(sizes, run -> new Leased(opened.log(), opened.leased(run)));
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void measure(int[] sizes, Logs logs) throws Exception {
        GraphBench bench = new GraphBench(Files.createTempDirectory("graph-bench"), logs);
        bench.warmUp();
        System.out.printf(
                "%8s %6s | %12s %12s %12s%n", "steps", "runs", "chain/s", "parallel/s", "layers/s");
        for (int size : sizes) {
            bench.measure(size, 1);
        }
        for (int size : Arrays.stream(sizes).filter(size -> size > LAYER).toArray()) {
            bench.measure(size / RUNS, RUNS);
        }
    }

    private void warmUp() throws Exception {
        for (int time = 0; time < TRIES; time++) {
            stepsPerSecond(chain(1_000), 1);
            stepsPerSecond(parallel(1_000), 1);
        }
    }

    private void measure(int size, int runs) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%8d %6d | %12.0f %12.0f %12.0f%n",
                size,
                runs,
                best(chain(size), runs),
                best(parallel(size), runs),
                best(layers(size), runs));
    }

    private double best(Pipeline pipeline, int runs) throws Exception {
        double best = 0;
        for (int time = 0; time < TRIES; time++) {
            best = Math.max(best, stepsPerSecond(pipeline, runs));
        }
        return best;
    }

    private double stepsPerSecond(Pipeline pipeline, int runs) throws Exception {
        StepPlaces places = new StepPlaces(PLACES);
        ScriptedExecutor executor = new ScriptedExecutor();
        List<Callable<Run>> work = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            work.add(() -> drive(pipeline, executor, places));
        }
        long began = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Run> driven : threads.invokeAll(work)) {
                if (driven.get().state() != RunState.SUCCESSFUL) {
                    throw new IllegalStateException("it ended " + driven.get().message());
                }
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return pipeline.steps().size() * (double) runs / seconds;
    }

    private Run drive(Pipeline pipeline, ScriptedExecutor executor, StepPlaces places)
            throws InterruptedException {
        Instant now = CLOCK.instant().truncatedTo(ChronoUnit.MICROS);
        Run run =
                Run.requested(
                        RunId.at(now, RandomGenerator.getDefault()),
                        RunRequest.of("https://git.example/a/b"),
                        now);
        Leased leased = logs.take(run);
        DriverSettings settings =
                new DriverSettings(
                        "bench",
                        folder,
                        SnapshotSettings.OFF,
                        new Limits(1 << 28, 1, 100),
                        Duration.ofMinutes(1),
                        1_000_000,
                        Duration.ofSeconds(1),
                        Optional.empty());
        RunDrivers drivers =
                new RunDrivers(
                        new MemoryRunStore(new MemoryEventLog(), Clock.systemUTC()),
                        new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                        new EmptySource(),
                        List.of(new Given(pipeline)),
                        executor,
                        leased.log(),
                        new MemoryRegisteredValues(),
                        FolderArtifacts.in(folder),
                        settings,
                        places,
                        CLOCK);
        try (RunJournal journal = new RunJournal(leased.log(), run, leased.fence(), CLOCK)) {
            RunDriver driver = drivers.driver(journal, new RunControl(Duration.ofSeconds(1)));
            driver.drive();
            driver.cleanUp();
            return journal.run();
        }
    }

    private static GraphStep step() {
        return GraphStep.step("nothing");
    }

    private static Pipeline chain(int size) {
        List<GraphStep> steps = new ArrayList<>();
        for (int number = 1; number <= size; number++) {
            steps.add(number == 1 ? step() : step().needs(number - 1));
        }
        return GraphStep.pipeline(steps);
    }

    private static Pipeline parallel(int size) {
        List<GraphStep> steps = new ArrayList<>();
        for (int number = 1; number <= size; number++) {
            steps.add(step());
        }
        return GraphStep.pipeline(steps);
    }

    private static Pipeline layers(int size) {
        List<GraphStep> steps = new ArrayList<>();
        for (int number = 1; number <= size; number++) {
            int layer = (number - 1) / LAYER;
            List<Integer> needs = new ArrayList<>();
            for (int before = (layer - 1) * LAYER + 1; before <= layer * LAYER; before++) {
                if (before > 0) {
                    needs.add(before);
                }
            }
            steps.add(step().needs(needs.toArray(Integer[]::new)));
        }
        return GraphStep.pipeline(steps);
    }

    /// Reads every file as one pipeline.
    private record Given(Pipeline pipeline) implements PipelineFormat {
        @Override
        public String name() {
            return "given";
        }

        @Override
        public List<String> fileNames() {
            return List.of("pipeline");
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

    /// Every repository holds one file.
    private static final class EmptySource implements Source {
        @Override
        public Optional<SourceRefusal> refusalOf(String url) {
            return Optional.empty();
        }

        @Override
        public Checkout checkOut(CheckoutRequest request, CloneProgress progress) {
            try {
                Files.createDirectories(request.folder());
                Files.writeString(request.folder().resolve("pipeline"), "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new CheckedOut("1".repeat(40), Optional.of("main"));
        }

        @Override
        public Optional<SourceRefusal> fetchHistory(
                CheckoutRequest checkout, String revision, int commits, CloneProgress progress) {
            return Optional.empty();
        }

        @Override
        public PushResult commitAndPush(PushRequest request) {
            return new NothingToPush();
        }

        @Override
        public ChangesAnswer changes(ChangesRequest request) {
            return new Changes(Set.of(), Optional.empty(), Optional.empty());
        }
    }
}
