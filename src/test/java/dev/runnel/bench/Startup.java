package dev.runnel.bench;

import dev.runnel.workspace.Workspaces;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How long a server takes from its command until it says that it is ready, and how much memory it
/// has when nothing happens: with its own database and with one that is there, with the recorded
/// classes and without. The four take turns, so that a machine that gets slower does so for all.
public final class Startup {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration REST = Duration.ofSeconds(10);
    private static final int MEASURED_AT_REST = 5;
    private static final String HELP =
            """
            bench/startup [--rounds N]
              --rounds N       how often each kind of start is measured (10)
            """;

    /// A way to start, and what was measured of it.
    private static final class Kind {
        private final String title;
        private final boolean recorded;
        private final boolean embedded;
        private final String budget;
        private final Timings starts = new Timings();
        private long firstStart;
        private final List<String> memory = new ArrayList<>();

        /// @param title what is printed
        /// @param recorded whether the recorded classes are used
        /// @param embedded whether the server starts its own database
        Kind(String title, boolean recorded, boolean embedded, String budget) {
            this.title = title;
            this.recorded = recorded;
            this.embedded = embedded;
            this.budget = budget;
        }
    }

    private static final List<Kind> KINDS =
            List.of(
                    new Kind("database there, recorded classes", true, false, "2000 ms"),
                    new Kind("database there, no recorded classes", false, false, ""),
                    new Kind("embedded database, recorded classes", true, true, "4000 ms"),
                    new Kind("embedded database, no recorded classes", false, true, ""));

    private final Path root;
    private final Path scratch;
    private final EmbeddedPostgres postgres;

    private Startup(Path root, Path scratch, EmbeddedPostgres postgres) {
        this.root = root;
        this.scratch = scratch;
        this.postgres = postgres;
    }

    /// Measures and prints.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int rounds = 10;
        if (arguments.length == 3 && arguments[1].equals("--rounds")) {
            rounds = Integer.parseInt(arguments[2]);
        } else if (arguments.length != 1) {
            System.out.print(HELP);
            return;
        }
        Path scratch = Files.createTempDirectory("runnel-startup");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            Startup startup = new Startup(Path.of(arguments[0]), scratch, postgres);
            String before = load();
            startup.measure(rounds);
            startup.print(rounds, before);
        } finally {
            Workspaces.delete(scratch);
        }
    }

    private void measure(int rounds) throws IOException, InterruptedException {
        // the first one makes tables or a database, and brings files into memory
        for (int round = -1; round < rounds; round++) {
            for (Kind kind : KINDS) {
                start(kind, round, round >= Math.max(0, rounds - MEASURED_AT_REST));
            }
        }
    }

    private void start(Kind kind, int round, boolean rests)
            throws IOException, InterruptedException {
        Path log = scratch.resolve("server.log");
        try (RunnelServer server = RunnelServer.start(root, environment(kind), log, kind.title)) {
            if (round < 0) {
                kind.firstStart = server.readyNanos();
            } else {
                kind.starts.add(server.readyNanos());
            }
            if (rests) {
                Thread.sleep(REST);
                kind.memory.add(server.memory().orElse("unknown"));
            }
        }
    }

    private Map<String, String> environment(Kind kind) {
        Map<String, String> environment = new HashMap<>();
        environment.put("RUNNEL_JAVA_OPTIONS", kind.recorded ? "" : "-XX:AOTMode=off");
        environment.put(
                "RUNNEL_DATA_DIR", scratch.resolve("data-" + KINDS.indexOf(kind)).toString());
        if (!kind.embedded) {
            environment.put(
                    "QUARKUS_DATASOURCE_JDBC_URL",
                    "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres");
            environment.put("QUARKUS_DATASOURCE_USERNAME", "postgres");
            environment.put("QUARKUS_DATASOURCE_PASSWORD", "postgres");
        }
        return environment;
    }

    private void print(int rounds, String loadBefore) {
        System.out.printf(
                "%d starts of each kind; load of the machine %s before, %s after; %d processors%n%n",
                rounds, loadBefore, load(), Runtime.getRuntime().availableProcessors());
        System.out.printf(
                "%-42s %8s %8s %8s %14s%n",
                "from command to ready, ms", "median", "p95", "best", "RSS at rest");
        for (Kind kind : KINDS) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-40s %8.0f %8.0f %8.0f %14s%s%n",
                    kind.title,
                    kind.starts.median() / NANOS_PER_MILLI,
                    kind.starts.quantile(0.95) / NANOS_PER_MILLI,
                    kind.starts.quantile(0) / NANOS_PER_MILLI,
                    kind.memory.stream().sorted().toList().get(kind.memory.size() / 2),
                    kind.budget.isEmpty() ? "" : "   (budget: " + kind.budget + ", 250 MiB)");
        }
        System.out.printf(
                Locale.ROOT,
                "%nwith recorded classes / without: %.2f with a database, %.2f embedded%n",
                ratio(0, 1),
                ratio(2, 3));
        System.out.printf(
                Locale.ROOT,
                "first start of all, which makes the embedded database: %.0f ms%n",
                KINDS.get(2).firstStart / NANOS_PER_MILLI);
    }

    private double ratio(int one, int other) {
        return KINDS.get(one).starts.median() / KINDS.get(other).starts.median();
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
