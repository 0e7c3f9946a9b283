package dev.runnel.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/// Requests for runs at a steady rate, beside bare inserts into the same Postgres at the same rate.
/// Each is counted from the moment at which it was due, so that waiting behind a slow one counts
/// too. The queue is paused: nothing but the intake is measured. The Postgres writes to disk before
/// it answers.
final class IntakeBench implements AutoCloseable {
    private static final int RATE = 200;
    private static final int ROUNDS = 3;
    private static final int IN_A_ROUND = 1000;
    private static final int WARM_UP = 3000;
    // Until a server runs on code that is compiled, more or less
    private static final int MORE = 9000;
    private static final int CONNECTIONS = 10;
    private static final int ACCEPTED = 202;
    private static final String USER = "postgres";
    private static final String BODY =
            "{\"url\": \"https://git.example/team/job.git\", \"variables\": {\"DAY\": \"monday\"}}";
    private static final String INSERT =
            "insert into bare (url, request, created_at) values (?, ?, now())";

    private final EmbeddedPostgres postgres;
    private final RunnelServer server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<Connection> connections = new ArrayBlockingQueue<>(CONNECTIONS);

    private IntakeBench(EmbeddedPostgres postgres, RunnelServer server) {
        this.postgres = postgres;
        this.server = server;
    }

    /// Measures with a server and a database of its own.
    static void measure(Path root, BenchOptions options, Path scratch, Report report)
            throws IOException, InterruptedException {
        EmbeddedPostgres postgres =
                EmbeddedPostgres.builder()
                        .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start();
        RunnelServer server =
                RunnelServer.start(
                        root,
                        Map.of(
                                "RUNNEL_DATA_DIR",
                                scratch.resolve("intake").toString(),
                                "RUNNEL_EXECUTOR",
                                "process",
                                "RUNNEL_JAVA_OPTIONS",
                                options.javaOptions("intake"),
                                "QUARKUS_DATASOURCE_JDBC_URL",
                                url(postgres),
                                "QUARKUS_DATASOURCE_USERNAME",
                                USER,
                                "QUARKUS_DATASOURCE_PASSWORD",
                                USER),
                        scratch.resolve("intake.log"),
                        "");
        try (IntakeBench bench = new IntakeBench(postgres, server)) {
            bench.measure(report);
        } catch (SQLException e) {
            throw new IOException("the database of the measurement failed", e);
        }
    }

    private static String url(EmbeddedPostgres postgres) {
        return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
    }

    private void measure(Report report) throws IOException, InterruptedException, SQLException {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            connections.add(DriverManager.getConnection(url(postgres), USER, USER));
        }
        Connection first = connections.take();
        try (Statement statement = first.createStatement()) {
            statement.execute(
                    "create table bare (id uuid primary key default gen_random_uuid(),"
                            + " url text not null, request text not null,"
                            + " created_at timestamptz not null)");
        }
        connections.add(first);
        post("/api/v1/queue/pause", "{\"by\": \"bench\"}");
        atRate(WARM_UP / 10, this::insert);
        atRate(WARM_UP, this::submit);
        Timings young = new Timings();
        atRate(IN_A_ROUND, this::submit).forEach(young::add);
        atRate(MORE, this::submit);
        Timings bare = new Timings();
        Timings ours = new Timings();
        double cpu = 0;
        for (int round = 0; round < ROUNDS; round++) {
            atRate(IN_A_ROUND, this::insert).forEach(bare::add);
            double before = server.cpuSeconds();
            atRate(IN_A_ROUND, this::submit).forEach(ours::add);
            cpu += server.cpuSeconds() - before;
        }
        report.title("(e) POST at " + RATE + " requests/s, " + ROUNDS * IN_A_ROUND + " of each");
        report.timings("one committed insert, same Postgres and rate", bare);
        report.timings("Runnel: POST to 202, after " + WARM_UP + " of a new server", young);
        report.timings("Runnel: POST to 202, committed", ours);
        report.milliseconds("Runnel: p50", ours.median(), "at most 5 ms");
        report.milliseconds("Runnel: p99", ours.quantile(0.99), "at most 25 ms");
        report.ratio("Runnel / insert, p50", ours.median() / bare.median(), "");
        report.milliseconds(
                "Runnel: processor time of a request", cpu * 1e9 / (ROUNDS * IN_A_ROUND), "");
    }

    /// How long each took from when it was due, in nanoseconds.
    private static List<Long> atRate(int count, Callable<Void> request)
            throws IOException, InterruptedException {
        List<Future<Long>> answers = new ArrayList<>();
        List<Long> taken = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long began = System.nanoTime();
            for (int number = 0; number < count; number++) {
                long due = began + number * 1_000_000_000L / RATE;
                for (long left = due - System.nanoTime(); left > 0; ) {
                    LockSupport.parkNanos(left);
                    left = due - System.nanoTime();
                }
                answers.add(
                        threads.submit(() -> {
                            request.call();
                            return System.nanoTime() - due;
                        }));
            }
            for (Future<Long> answer : answers) {
                taken.add(answer.get());
            }
        } catch (ExecutionException e) {
            throw new IOException("a request failed", e);
        }
        return taken;
    }

    private Void submit() throws IOException, InterruptedException {
        int status = post("/api/v1/runs", BODY);
        if (status != ACCEPTED) {
            throw new IOException("the answer was " + status);
        }
        return null;
    }

    private int post(String path, String body) throws IOException, InterruptedException {
        URI uri = server.uri().resolve(path);
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private Void insert() throws SQLException, InterruptedException {
        Connection connection = connections.take();
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, "https://git.example/team/job.git");
            insert.setString(2, BODY);
            insert.executeUpdate();
        } finally {
            connections.add(connection);
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        server.close();
        for (Connection connection : connections) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
        postgres.close();
    }
}
