package dev.runnel.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.chaos.Troubles.Kind;
import dev.runnel.chaos.Workload.Accepted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Submits runs whose output is known to two servers over one Postgres and one Docker engine, makes
/// trouble meanwhile, and checks at the end that nothing was lost, doubled or left behind.
public final class Chaos {
    private static final int MOST_SHOWN = 50;
    private static final int MOST_ERRORS = 5;
    // what a killed server had begun to make for its pool counts as somebody's for two minutes
    private static final Duration SWEPT_AFTER = Duration.ofMinutes(4);

    private final ChaosOptions options;
    private final Path scratch;
    private final String installation = "chaos-" + UUID.randomUUID().toString().substring(0, 8);
    private final Examination examination = new Examination();

    private Chaos(ChaosOptions options, Path scratch) {
        this.options = options;
        this.scratch = scratch;
    }

    /// Exit code 0 when all is as it must be.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws Exception {
        List<String> given = Arrays.asList(arguments).subList(1, arguments.length);
        if (given.contains("--help")) {
            System.out.print(ChaosOptions.HELP);
            return;
        }
        Path jar = Path.of(arguments[0], "target/quarkus-app/quarkus-run.jar");
        List<String> faults = run(ChaosOptions.parse(given), jar);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /// Does it all and prints a report.
    ///
    /// @param jar of the packaged server
    /// @return what is not as it must be
    public static List<String> run(ChaosOptions options, Path jar) throws Exception {
        Path scratch = Files.createTempDirectory("runnel-chaos");
        System.out.println("chaos: " + options + ", everything in " + scratch);
        Chaos chaos = new Chaos(options, scratch);
        try {
            chaos.cause(jar);
        } finally {
            for (String container :
                    Commands.containers("dev.runnel.installation=" + chaos.installation)) {
                Commands.run("docker", "rm", "--force", container);
            }
        }
        List<String> faults = chaos.examination.faults();
        if (faults.isEmpty()) {
            Commands.run("rm", "-rf", scratch.toString());
        }
        return faults;
    }

    private void cause(Path jar) throws Exception {
        long began = System.nanoTime();
        try (Cluster database = Cluster.start(scratch);
                Api api = new Api();
                Instance one = new Instance("one", jar, scratch, settings(database));
                Instance two = new Instance("two", jar, scratch, settings(database))) {
            List<Instance> instances = List.of(one, two);
            one.launch();
            one.awaitReady();
            two.launch();
            two.awaitReady();
            Workload workload =
                    new Workload(api, database, instances, options, scratch.resolve("git"));
            Troubles troubles = new Troubles(database, instances, options);
            Thread submitting =
                    Thread.ofVirtual().name("submitting").start(() -> submit(workload, troubles));
            troubles.run();
            submitting.join();
            awaitNone(workload::underWay, options.patience(), "runs have not ended");
            workload.end();
            restart(instances);
            awaitNone(
                    () -> left(false),
                    Duration.ofSeconds(30),
                    "containers or workspaces of runs are left");
            awaitNone(() -> left(true), SWEPT_AFTER, "containers or workspaces are left");
            examine(api, one, workload, database);
            report(workload, troubles, Duration.ofNanos(System.nanoTime() - began));
            System.out.println(
                    "started again      "
                            + (one.revivals() + two.revivals())
                            + ", for want of the database");
        }
    }

    private Map<String, String> settings(Cluster database) {
        Map<String, String> settings = new HashMap<>(database.properties());
        settings.put("runnel.data-dir", scratch.resolve("data").toString());
        settings.put("runnel.git.allowed-schemes", "file");
        settings.put("runnel.executor", "docker");
        settings.put("runnel.installation", installation);
        settings.put("runnel.lease", options.lease().toMillis() + "ms");
        settings.put("runnel.max-runs", Integer.toString(options.atOnce()));
        return settings;
    }

    private void submit(Workload workload, Troubles troubles) {
        try {
            workload.submitWhile(() -> !troubles.isOver());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            examination.fault("submitting failed: " + e);
        }
    }

    private void awaitNone(LongSupplier count, Duration atMost, String what)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (count.getAsLong() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(200);
        }
        examination.checkNone(count.getAsLong(), what);
    }

    /// One after another, by TERM. Each looks at its start for what the dead ones left behind.
    private void restart(List<Instance> instances) throws IOException, InterruptedException {
        for (Instance instance : instances) {
            if (!instance.end(Duration.ofSeconds(45))) {
                examination.fault(instance.name() + " does not end when it is told to");
                instance.kill();
            }
            instance.launch();
            instance.awaitReady();
        }
    }

    /// @param waiting whether what waits for steps counts too
    private long left(boolean waiting) {
        String label = "dev.runnel.installation=" + installation;
        try (Stream<Path> workspaces = Files.list(scratch.resolve("data/workspaces"))) {
            long folders =
                    workspaces
                            .filter(folder ->
                                    waiting
                                            || !folder.getFileName()
                                                    .toString()
                                                    .startsWith(".warm-"))
                            .count();
            int containers = Commands.containers(label).size();
            int idle = waiting ? 0 : Commands.containers(label, "dev.runnel.waiting=true").size();
            return folders + containers - idle;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private void examine(Api api, Instance server, Workload workload, Cluster database)
            throws IOException, InterruptedException, SQLException {
        for (Accepted accepted : workload.accepted()) {
            JsonNode run = api.run(server.address(), accepted.id());
            if (run.path("finishedAt").isMissingNode()) {
                examination.fault("not final: " + run);
                continue;
            }
            List<JsonNode> log = api.events(server.address(), accepted.id());
            examination.check(accepted, log, run, workload.wasRemoved(accepted.id()));
            if (accepted.follower().isPresent()) {
                examination.checkFollower(
                        accepted, accepted.follower().get().seen(Duration.ofSeconds(20)), log);
            }
        }
        long stored = database.number("select count(*) from run");
        examination.checkNone(
                stored - workload.accepted().size(), "runs are stored that nobody submitted");
        examination.checkNone(
                database.number(
                        "select count(*) from run where not ended and instance is not null"),
                "runs are leased");
        workload.faults().forEach(examination::fault);
    }

    private void report(Workload workload, Troubles troubles, Duration took) throws IOException {
        System.out.printf(
                """

                chaos, seed %d, %d s
                runs accepted      %d (%d tries were refused or unanswered)
                kills              %d (%d of them while the server started)
                stops              %d
                database restarts  %d immediate, %d fast
                removed containers %d
                followers cut      %d
                """,
                options.seed(),
                took.toSeconds(),
                workload.accepted().size(),
                workload.retries(),
                troubles.count(Kind.KILL, Kind.KILL_IN_START),
                troubles.count(Kind.KILL_IN_START),
                troubles.count(Kind.STOP),
                troubles.count(Kind.IMMEDIATE_DATABASE_RESTART),
                troubles.count(Kind.FAST_DATABASE_RESTART),
                workload.removals(),
                workload.cuts());
        System.out.print(examination.summary());
        List<String> errors = errors();
        System.out.println("errors logged      " + errors.size());
        errors.stream().limit(MOST_ERRORS).forEach(error -> System.out.println("  " + error));
        List<String> faults = examination.faults();
        System.out.println("faults             " + faults.size());
        faults.stream().limit(MOST_SHOWN).forEach(fault -> System.out.println("  " + fault));
    }

    /// The lines of the servers' logs that say ERROR. Whoever loses a run may say so loudly.
    private List<String> errors() throws IOException {
        List<String> errors = new ArrayList<>();
        for (String log : List.of("one.log", "two.log")) {
            try (Stream<String> lines = Files.lines(scratch.resolve(log))) {
                lines.filter(line -> line.contains(" ERROR ")).forEach(errors::add);
            }
        }
        return errors;
    }
}
