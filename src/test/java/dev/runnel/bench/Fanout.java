package dev.runnel.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Thousands of clients follow one run that prints at a steady rate; each has to get every event.
public final class Fanout {
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f-]{36})\"");
    private static final Pattern HEAP =
            Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\"[^}]*} ([0-9.E]+)");
    private static final int MOST_CONNECTING = 50;
    private static final int MOST_AGE_MILLIS = 30_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final FanoutOptions options;
    private final RunnelServer server;
    private final Vertx vertx = Vertx.vertx();
    private final java.net.http.HttpClient http = java.net.http.HttpClient.newHttpClient();
    private final AtomicIntegerArray ages = new AtomicIntegerArray(MOST_AGE_MILLIS);
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();

    private Fanout(FanoutOptions options, RunnelServer server) {
        this.options = options;
        this.server = server;
    }

    /// Measures what the options ask for.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments).subList(1, arguments.length);
        if (given.contains("--help")) {
            System.out.print(FanoutOptions.HELP);
            return;
        }
        FanoutOptions options = FanoutOptions.parse(given);
        Path scratch = Files.createTempDirectory("runnel-fanout");
        Map<String, String> environment =
                Map.of(
                        "RUNNEL_DATA_DIR",
                        scratch.resolve("data").toString(),
                        "RUNNEL_GIT_ALLOWED_SCHEMES",
                        "https,ssh,file",
                        "RUNNEL_EXECUTOR",
                        options.executor(),
                        "RUNNEL_MAX_RUNS",
                        Integer.toString(2 + options.floods()),
                        "RUNNEL_STEP_OUTPUT",
                        "1T",
                        "RUNNEL_JAVA_OPTIONS",
                        "-Xmx" + options.heap());
        try (RunnelServer server =
                RunnelServer.start(
                        Path.of(arguments[0]),
                        environment,
                        scratch.resolve("server.log"),
                        "heap " + options.heap())) {
            Fanout fanout = new Fanout(options, server);
            try {
                fanout.measure(scratch);
            } finally {
                fanout.vertx.close().toCompletionStage().toCompletableFuture().join();
                fanout.http.shutdownNow();
            }
        } finally {
            Bench.delete(scratch);
        }
    }

    private void measure(Path scratch) throws Exception {
        int lines = options.rate() * options.seconds();
        String repository =
                PipelineRepository.create(
                        scratch.resolve("repository"), options.image(), List.of(script(lines)));
        List<String> floods = new ArrayList<>();
        for (int flood = 0; flood < options.floods(); flood++) {
            floods.add(
                    submit(
                            PipelineRepository.create(
                                    scratch.resolve("flood" + flood),
                                    options.image(),
                                    List.of("yes " + "x".repeat(79)))));
        }
        String run = submit(repository);
        List<FanoutClient> clients = new ArrayList<>();
        CountDownLatch answered = new CountDownLatch(options.clients());
        CountDownLatch ended = new CountDownLatch(options.clients());
        HttpClient following =
                vertx.createHttpClient(
                        new HttpClientOptions().setDefaultPort(server.uri().getPort()),
                        new PoolOptions().setHttp1MaxSize(options.clients()));
        long began = System.nanoTime();
        Semaphore places = new Semaphore(MOST_CONNECTING);
        for (int number = 0; number < options.clients(); number++) {
            FanoutClient client = new FanoutClient(ages);
            clients.add(client);
            while (!places.tryAcquire(1, TimeUnit.SECONDS)) {
                check();
            }
            follow(following, run, client, places, answered, ended);
        }
        await(answered, "the clients to be answered");
        double connecting = (System.nanoTime() - began) / NANOS_PER_SECOND;
        double cpuBefore = server.cpuSeconds();
        long printing = System.nanoTime();
        double mostHeap = 0;
        while (!ended.await(1, TimeUnit.SECONDS)) {
            check();
            mostHeap = Math.max(mostHeap, heapMebibytes());
            if (System.nanoTime() - printing > TimeUnit.SECONDS.toNanos(300)) {
                throw new IllegalStateException(ended.getCount() + " clients got no end");
            }
        }
        double took = (System.nanoTime() - printing) / NANOS_PER_SECOND;
        for (String flood : floods) {
            URI uri = server.uri().resolve("/api/v1/runs/" + flood);
            http.send(
                    HttpRequest.newBuilder(uri).DELETE().build(),
                    HttpResponse.BodyHandlers.discarding());
        }
        report(clients, lines, connecting, took, server.cpuSeconds() - cpuBefore, mostHeap);
    }

    // a pause, then lines, with a sleep after each; what else a line costs makes it a bit slower
    private String script(int lines) {
        double pause = 1.0 / options.rate();
        return String.format(
                Locale.ROOT,
                "sleep %d; i=0; while [ $i -lt %d ]; do echo \"line $i of the measured run\";"
                        + " i=$((i+1)); sleep %.4f; done",
                10 + options.clients() / 50,
                lines,
                pause);
    }

    private String submit(String repository) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri().resolve("/api/v1/runs"))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "{\"url\": \"" + repository + "\"}"))
                        .build();
        String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        Matcher id = ID.matcher(answer);
        if (!id.find()) {
            throw new IOException("refused: " + answer);
        }
        return id.group(1);
    }

    private void follow(
            HttpClient following,
            String run,
            FanoutClient client,
            Semaphore places,
            CountDownLatch answered,
            CountDownLatch ended) {
        RequestOptions request =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost("127.0.0.1")
                        .setURI("/api/v1/runs/" + run + "/events")
                        .putHeader("Accept", "text/event-stream");
        following
                .request(request)
                .compose(sent ->
                        sent.send()
                                .onSuccess(answer -> {
                                    if (answer.statusCode() != 200) {
                                        fail(new IOException("answer " + answer.statusCode()));
                                    }
                                    places.release();
                                    answer.exceptionHandler(this::fail);
                                    answer.handler(bytes ->
                                            client.take(bytes, System.currentTimeMillis()));
                                    answer.endHandler(_ -> ended.countDown());
                                    answered.countDown();
                                }))
                .onFailure(this::fail);
    }

    private void fail(Throwable why) {
        faults.add(why);
    }

    private void check() {
        if (!faults.isEmpty()) {
            throw new IllegalStateException("a client failed", faults.peek());
        }
    }

    private void await(CountDownLatch latch, String what) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!latch.await(200, TimeUnit.MILLISECONDS)) {
            check();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("time to wait for " + what + " is over");
            }
        }
    }

    private double heapMebibytes() throws IOException, InterruptedException {
        URI metrics = server.uri().resolve("/q/metrics");
        String text =
                http.send(
                                HttpRequest.newBuilder(metrics).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        Matcher heap = HEAP.matcher(text);
        double bytes = 0;
        while (heap.find()) {
            bytes += Double.parseDouble(heap.group(1));
        }
        return bytes / (1 << 20);
    }

    private void report(
            List<FanoutClient> clients,
            int lines,
            double connecting,
            double took,
            double cpu,
            double heap)
            throws IOException {
        long complete = clients.stream().filter(FanoutClient::isComplete).count();
        long most = clients.stream().mapToLong(FanoutClient::lastId).max().orElse(0);
        long received = clients.stream().mapToLong(FanoutClient::lines).sum();
        System.out.printf(
                Locale.ROOT,
                "%d clients of one run of %d lines and %d events, beside %d that flood; %s%n",
                clients.size(),
                lines,
                most,
                options.floods(),
                server.describe());
        System.out.printf(
                Locale.ROOT,
                "  complete, without a hole        %d of %d%n",
                complete,
                clients.size());
        System.out.printf(Locale.ROOT, "  all connected after             %.1f s%n", connecting);
        System.out.printf(
                Locale.ROOT, "  lines received in all           %d in %.1f s%n", received, took);
        System.out.printf(
                Locale.ROOT,
                "  age of a line at its client     p50 %d ms, p95 %d ms, p99 %d ms, most %d ms"
                        + "   (budget: p99 at most 500 ms)%n",
                age(0.5),
                age(0.95),
                age(0.99),
                age(1));
        System.out.printf(
                Locale.ROOT,
                "  processor time of the server    %.1f s, %.1f s for a million lines received%n",
                cpu,
                cpu * 1e6 / Math.max(1, received));
        System.out.printf(
                Locale.ROOT,
                "  most heap used                  %.0f MiB; peak memory %s%n",
                heap,
                server.peakMemory().orElse("unknown"));
        System.out.printf(Locale.ROOT, "  load of the machine             %s%n", Bench.load());
        long wrong =
                clients.stream().filter(client -> client.lines() != lines).count()
                        + clients.size()
                        - complete;
        if (wrong > 0) {
            throw new IllegalStateException(wrong + " clients did not get everything");
        }
    }

    private int age(double share) {
        long all = 0;
        for (int millis = 0; millis < ages.length(); millis++) {
            all += ages.get(millis);
        }
        long below = 0;
        for (int millis = 0; millis < ages.length(); millis++) {
            below += ages.get(millis);
            if (below >= share * all) {
                return millis;
            }
        }
        return ages.length();
    }
}
