package dev.runnel.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Measures what containers that wait are worth: POST to the first line with and without them, and
/// the gap between two steps of which one needs the other.
final class WarmBench {
    private static final int WARM_UPS = 20;
    // Until a server runs on code that is compiled, more or less
    private static final int RUNS_OF_A_YOUNG_SERVER = 60;
    private static final int STEPS = 5;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern WAITING =
            Pattern.compile("(?m)^runnel_waiting_places(?:\\{[^}]*})? ([0-9.]+)$");
    private static final Pattern EVENT =
            Pattern.compile("\"type\":\"(command.finished|output)\".*?\"at\":\"([^\"]+)\"");
    private static final Pattern AT = Pattern.compile("\"at\":\"([^\"]+)\"");
    private static final Pattern STEP = Pattern.compile("\"step\":(\\d+)");

    private final Path root;
    private final BenchOptions options;
    private final DockerBaseline docker;
    private final Path scratch;
    private final Report report;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private WarmBench(
            Path root, BenchOptions options, DockerBaseline docker, Path scratch, Report report) {
        this.root = root;
        this.options = options;
        this.docker = docker;
        this.scratch = scratch;
        this.report = report;
    }

    static void measure(
            Path root, BenchOptions options, DockerBaseline docker, Path scratch, Report report)
            throws IOException, InterruptedException {
        WarmBench bench = new WarmBench(root, options, docker, scratch, report);
        try (HttpClient _ = bench.http) {
            bench.firstLines();
        }
    }

    private void firstLines() throws IOException, InterruptedException {
        report.title("(w) containers that wait, " + options.rounds() + " rounds");
        try (RunnelServer server = server("warm", Map.of());
                RunnelClient runnel = new RunnelClient(server.uri())) {
            young("one waits, first runs of a server", server, runnel);
            firstLine("one waits", "at most 0.2", server, runnel, true);
            gap("gap between two steps", "at most 20 ms", runnel, server.uri());
        }
        Map<String, String> onlyAhead = Map.of("RUNNEL_DOCKER_WARM_PER_PLACE", "0");
        try (RunnelServer server = server("ahead", onlyAhead);
                RunnelClient runnel = new RunnelClient(server.uri())) {
            firstLine("made while it clones", "at most 1.0", server, runnel, false);
        }
        Map<String, String> off =
                Map.of("RUNNEL_DOCKER_WARM_TOTAL", "0", "RUNNEL_DOCKER_WARM_AHEAD", "0");
        try (RunnelServer server = server("cold", off);
                RunnelClient runnel = new RunnelClient(server.uri())) {
            firstLine("switched off", "at most 1.0", server, runnel, false);
            gap("gap between two steps, switched off", "", runnel, server.uri());
        }
    }

    private RunnelServer server(String name, Map<String, String> more)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("RUNNEL_DATA_DIR", scratch.resolve("data-" + name).toString());
        environment.put("RUNNEL_INSTALLATION", "bench-" + name);
        environment.put("RUNNEL_GIT_ALLOWED_SCHEMES", "https,ssh,file");
        environment.put("RUNNEL_EXECUTOR", "docker");
        environment.put("RUNNEL_JAVA_OPTIONS", "-Xmx" + options.heap());
        return RunnelServer.start(root, environment, scratch.resolve(name + ".log"), name);
    }

    private void firstLine(
            String what, String budget, RunnelServer server, RunnelClient runnel, boolean waits)
            throws IOException, InterruptedException {
        String repository =
                PipelineRepository.create(
                        scratch.resolve("warm-" + what.replace(' ', '-')),
                        options.image(),
                        List.of("echo ready"));
        Timings line = new Timings();
        Timings floor = new Timings();
        for (int round = -WARM_UPS; round < options.rounds(); round++) {
            long raw = docker.firstLine();
            if (waits && round > -WARM_UPS) {
                awaitContainer(server.uri());
            }
            FollowedRun run = runnel.run(repository).mustSucceed();
            if (round >= 0) {
                floor.add(raw);
                line.add(run.firstLineNanos());
            }
        }
        report.timings("raw Docker API: create, start, one exec", floor);
        report.timings("Runnel, POST to the first line: " + what, line);
        report.ratio("Runnel / raw", line.median() / floor.median(), budget);
    }

    /// What those see who ask a server that has just started.
    private void young(String what, RunnelServer server, RunnelClient runnel)
            throws IOException, InterruptedException {
        String repository =
                PipelineRepository.create(
                        scratch.resolve("young"), options.image(), List.of("echo ready"));
        Timings line = new Timings();
        runnel.run(repository).mustSucceed();
        for (int run = 0; run < RUNS_OF_A_YOUNG_SERVER; run++) {
            awaitContainer(server.uri());
            line.add(runnel.run(repository).mustSucceed().firstLineNanos());
        }
        report.timings("Runnel, POST to the first line: " + what, line);
    }

    private void awaitContainer(URI server) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (System.nanoTime() < deadline) {
            Matcher waiting = WAITING.matcher(text(server.resolve("/q/metrics")));
            if (waiting.find() && Double.parseDouble(waiting.group(1)) >= 1) {
                return;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("no container waits");
    }

    private String text(URI address) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(address)
                                .header("Accept", "application/x-ndjson, text/plain")
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private void gap(String what, String budget, RunnelClient runnel, URI server)
            throws IOException, InterruptedException {
        List<List<String>> steps =
                Collections.nCopies(STEPS, List.of("echo begin", "sleep 0.7; echo end"));
        String repository =
                PipelineRepository.ofSteps(
                        scratch.resolve(what.replaceAll("[ ,]+", "-")), options.image(), steps);
        Timings gaps = new Timings();
        int rounds = Math.max(3, options.rounds() / 4);
        for (int round = -1; round < rounds; round++) {
            FollowedRun run = runnel.run(repository).mustSucceed();
            if (round >= 0) {
                gaps(text(server.resolve("/api/v1/runs/" + run.id() + "/events")), gaps);
            }
        }
        report.timings(what + ", last end to first line", gaps);
        report.milliseconds("  p50", gaps.median(), budget);
    }

    private static void gaps(String events, Timings gaps) {
        Instant ended = Instant.EPOCH;
        int step = 0;
        for (String line : events.lines().toList()) {
            Matcher event = EVENT.matcher(line);
            Matcher number = STEP.matcher(line);
            Matcher time = AT.matcher(line);
            if (!event.find() || !number.find() || !time.find()) {
                continue;
            }
            Instant at = Instant.parse(time.group(1));
            int now = Integer.parseInt(number.group(1));
            if (event.group(1).equals("command.finished")) {
                ended = at;
            } else if (now > step) {
                if (step > 0) {
                    gaps.add(Duration.between(ended, at).toNanos());
                }
                step = now;
            }
        }
    }
}
