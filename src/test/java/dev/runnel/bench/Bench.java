package dev.runnel.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Runs the measurements and prints them side by side. Rounds of Runnel and of what it is compared
/// with alternate, so that a machine that gets slower gets slower for both.
public final class Bench {
    private static final int COMMANDS = 50;
    private static final Duration UNTIL_ONE_WAITS = Duration.ofSeconds(2);
    private static final int WARM_UPS = 3;
    private static final int LINE_LENGTH = 80;

    private final BenchOptions options;
    private final RunnelClient runnel;
    private final DockerBaseline docker;
    private final Path scratch;
    private final RunnelServer server;
    private final Path root;
    private final Report report = new Report(System.out);

    private Bench(
            Path root,
            BenchOptions options,
            RunnelServer server,
            RunnelClient runnel,
            DockerBaseline docker,
            Path scratch) {
        this.root = root;
        this.server = server;
        this.options = options;
        this.runnel = runnel;
        this.docker = docker;
        this.scratch = scratch;
    }

    /// Measures what the options ask for.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> given = Arrays.asList(arguments).subList(1, arguments.length);
        if (given.contains("--help")) {
            System.out.print(BenchOptions.HELP);
            return;
        }
        BenchOptions options = BenchOptions.parse(given);
        Path scratch = Files.createTempDirectory("runnel-bench");
        try (DockerBaseline docker = new DockerBaseline(options.image());
                RunnelServer server = RunnelServer.open(Path.of(arguments[0]), options, scratch);
                RunnelClient runnel = new RunnelClient(server.uri())) {
            Bench bench =
                    new Bench(Path.of(arguments[0]), options, server, runnel, docker, scratch);
            bench.report.line(server.describe() + "; image " + options.image());
            bench.report.line("load of the machine before: " + load());
            bench.measure();
            server.peakMemory()
                    .ifPresent(peak -> bench.report.line("peak memory of the server: " + peak));
        } finally {
            delete(scratch);
        }
    }

    private void measure() throws IOException, InterruptedException {
        if (options.wants('a')) {
            firstLine();
        }
        if (options.wants('b') || options.wants('c')) {
            manyCommands();
        }
        if (options.wants('d')) {
            manyLines();
        }
        if (options.wants('f')) {
            ThreeSteps.measure(options, runnel, docker, scratch, report);
        }
        if (options.wants('w')) {
            WarmBench.measure(root, options, docker, scratch, report);
        }
        if (options.wants('e')) {
            IntakeBench.measure(root, options, scratch, report);
        }
    }

    private void firstLine() throws IOException, InterruptedException {
        String repository = repository("first-line", List.of("echo ready"));
        Timings accepted = new Timings();
        Timings line = new Timings();
        Timings floor = new Timings();
        for (int round = -WARM_UPS; round < options.rounds(); round++) {
            long raw = docker.firstLine();
            FollowedRun run = runnel.run(repository).mustSucceed();
            if (round >= 0) {
                floor.add(raw);
                accepted.add(run.acceptedNanos());
                line.add(run.firstLineNanos());
            }
        }
        report.title("(a) POST to the first output line, " + options.rounds() + " rounds");
        report.timings("raw Docker API: create, start, one exec", floor);
        report.timings("Runnel: POST to the first line at an SSE client", line);
        report.timings("  of which: POST to 202, committed", accepted);
        report.ratio("Runnel / raw", line.median() / floor.median(), "at most 1.0");
    }

    private void manyCommands() throws IOException, InterruptedException {
        List<String> script =
                IntStream.rangeClosed(1, COMMANDS)
                        .mapToObj(number -> "echo line " + number)
                        .toList();
        String repository = repository("many-commands", script);
        String first = script.getFirst();
        String shortRepository = repository("one-command", List.of(first));
        Timings oneOfOurs = new Timings();
        Timings oneInDocker = new Timings();
        Timings ours = new Timings();
        Timings inStep = new Timings();
        Timings dockerRun = new Timings();
        Timings oldWay = new Timings();
        int rounds = Math.max(3, options.rounds() / 2);
        for (int round = -1; round < rounds; round++) {
            // else only one of the two may find a container that waits
            Thread.sleep(UNTIL_ONE_WAITS);
            FollowedRun one = runnel.run(shortRepository).mustSucceed();
            Thread.sleep(UNTIL_ONE_WAITS);
            FollowedRun run = runnel.run(repository).mustSucceed();
            long plainOne = docker.run(first);
            long plain = docker.run(String.join("\n", script));
            long old = options.wants('c') ? docker.oldWay(script) : 0;
            if (round >= 0) {
                oneOfOurs.add(one.endNanos());
                oneInDocker.add(plainOne);
                ours.add(run.endNanos());
                inStep.add(run.commandsNanos());
                dockerRun.add(plain);
                oldWay.add(old);
            }
        }
        report.title("(b) " + COMMANDS + " commands in one step, " + rounds + " rounds");
        report.timings("docker run of the same lines", dockerRun);
        report.timings("docker run of the first line", oneInDocker);
        report.timings("Runnel: POST to the end event", ours);
        report.timings("Runnel: the same with the first command alone", oneOfOurs);
        report.timings("Runnel: first command's start to last one's start", inStep);
        double further =
                (ours.median() - oneOfOurs.median()) - (dockerRun.median() - oneInDocker.median());
        report.milliseconds(
                "each further command, over docker run's",
                further / (COMMANDS - 1),
                "at most 1.0 ms");
        report.ratio("Runnel / docker run", ours.median() / dockerRun.median(), "");
        if (options.wants('c')) {
            report.title("(c) the same commands the old way, " + rounds + " rounds");
            report.timings("Docker API: create, exec each, stop, remove", oldWay);
            report.timings("Runnel: POST to the end event", ours);
            report.ratio("Runnel / old way", ours.median() / oldWay.median(), "");
        }
    }

    private void manyLines() throws IOException, InterruptedException {
        String script = "yes " + "x".repeat(LINE_LENGTH - 1) + " | head -n " + options.lines();
        String repository = repository("many-lines", List.of(script));
        Timings ours = new Timings();
        Timings plain = new Timings();
        int rounds = Math.clamp(options.rounds() / 6, 1, 5);
        runnel.run(repository).mustSucceed();
        double serverBefore = server.cpuSeconds();
        double postgresBefore = RunnelServer.cpuSecondsBelow(scratch);
        HeapSampler heap = HeapSampler.start(server);
        for (int round = 0; round < rounds; round++) {
            plain.add(docker.run(script));
            FollowedRun run = runnel.run(repository).mustSucceed();
            if (run.lines() != options.lines() || !run.withoutHoles()) {
                throw new IllegalStateException("the client did not get every line: " + run);
            }
            ours.add(run.endNanos());
        }
        double millions = rounds * options.lines() / 1e6;
        double serverCpu = (server.cpuSeconds() - serverBefore) / millions;
        double postgresCpu = (RunnelServer.cpuSecondsBelow(scratch) - postgresBefore) / millions;
        double mostHeap = heap.stop();
        report.title(
                "(d) "
                        + options.lines()
                        + " lines of "
                        + LINE_LENGTH
                        + " bytes, "
                        + rounds
                        + " rounds");
        report.timings("docker run > /dev/null", plain);
        report.timings("Runnel: POST to all stored and received by SSE", ours);
        report.ratio("docker run / Runnel", plain.median() / ours.median(), "at least 0.5");
        report.rate(
                "Runnel, lines a second", options.lines() / ours.median() * 1e9, "at least 100000");
        report.figure(
                "processor time for a million lines: server, Postgres",
                String.format(Locale.ROOT, "%.2f s, %.2f s", serverCpu, postgresCpu),
                "");
        report.figure(
                "most heap used, garbage included",
                String.format(Locale.ROOT, "%.0f MiB", mostHeap),
                "bounded at " + options.heap());
    }

    private String repository(String name, List<String> script) throws IOException {
        return PipelineRepository.create(scratch.resolve(name), options.image(), script);
    }

    /// The load of the machine, as Linux says it.
    static String load() throws IOException {
        Path load = Path.of("/proc/loadavg");
        return Files.isReadable(load) ? Files.readString(load).strip() : "unknown";
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Bench::deleteOne);
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
