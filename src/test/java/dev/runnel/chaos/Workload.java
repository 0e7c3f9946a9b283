package dev.runnel.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// Submits runs until there are enough, each under a key of its own and as often as it takes.
final class Workload {
    private static final int FOLLOW_EVERY = 3;
    private static final int REPEAT_EVERY = 4;

    private final Api api;
    private final Cluster database;
    private final List<Instance> instances;
    private final ChaosOptions options;
    private final Random random;
    private final Map<Scenario, String> repositories = new EnumMap<>(Scenario.class);
    private final List<Accepted> accepted = new CopyOnWriteArrayList<>();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean over;

    /// A run that a server has accepted.
    ///
    /// @param key under which it was submitted, and what its lines begin with
    record Accepted(String id, String key, Scenario scenario, Optional<Follower> follower) {}

    Workload(
            Api api,
            Cluster database,
            List<Instance> instances,
            ChaosOptions options,
            Path repositories)
            throws IOException {
        this.api = api;
        this.database = database;
        this.instances = instances;
        this.options = options;
        this.random = new Random(options.seed());
        for (Scenario scenario : Scenario.values()) {
            this.repositories.put(scenario, scenario.repository(repositories));
        }
    }

    /// Submits until there are enough runs and no more are wanted.
    void submitWhile(BooleanSupplier wanted) throws InterruptedException {
        int number = 0;
        while (number < options.runs() || wanted.getAsBoolean()) {
            if (!over && underWay() < options.atOnce()) {
                submit(++number);
            } else {
                Thread.sleep(100);
            }
        }
    }

    private void submit(int number) throws InterruptedException {
        String key = "run-" + number;
        Scenario scenario = scenario(number);
        String id = untilAccepted(key, scenario);
        Optional<Follower> follower =
                number % FOLLOW_EVERY == 0
                        ? Optional.of(Follower.start(api, instances, id, cuts))
                        : Optional.empty();
        accepted.add(new Accepted(id, key, scenario, follower));
        if (scenario == Scenario.VICTIM) {
            int delay = random.nextInt(5000);
            Thread.ofVirtual().name("remover-" + id).start(() -> removeContainerOf(id, delay));
        }
        if (number % REPEAT_EVERY == 0) {
            String again = untilAccepted(key, scenario);
            if (!again.equals(id)) {
                faults.add("key " + key + " stands for two runs: " + id + " and " + again);
            }
        }
    }

    // spread over all runs
    private Scenario scenario(int number) {
        int every = Math.max(1, options.runs() / Math.max(1, options.removals()));
        if (number % every == every - 1 && number / every < options.removals()) {
            return Scenario.VICTIM;
        }
        List<Scenario> others = new ArrayList<>(List.of(Scenario.values()));
        others.remove(Scenario.VICTIM);
        return others.get(random.nextInt(others.size()));
    }

    private String untilAccepted(String key, Scenario scenario) throws InterruptedException {
        String url = Optional.ofNullable(repositories.get(scenario)).orElseThrow();
        while (true) {
            Instance instance = instances.get(random.nextInt(instances.size()));
            try {
                return api.submit(instance.address(), key, url);
            } catch (IOException e) {
                retries.incrementAndGet();
                Thread.sleep(100);
            }
        }
    }

    private void removeContainerOf(String run, int delay) {
        try {
            while (!over) {
                Thread.sleep(200);
                for (String container : Commands.named("runnel-" + run)) {
                    if (isRunning(container)) {
                        Thread.sleep(delay);
                        if (isRunning(container)) {
                            Commands.run("docker", "rm", "--force", container);
                            removed.add(run);
                        }
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // its end came first; the run then ends as every other one
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRunning(String container) throws IOException, InterruptedException {
        return Commands.run("docker", "inspect", "--format", "{{.State.Running}}", container)
                .equals("true");
    }

    /// How many runs have not ended; many when nobody knows.
    long underWay() {
        try {
            return database.number("select count(*) from run where not ended");
        } catch (SQLException e) {
            // no table yet, or the database is away
            return accepted.isEmpty() ? 0 : Long.MAX_VALUE;
        }
    }

    /// Removes no container any more.
    void end() {
        over = true;
    }

    List<Accepted> accepted() {
        return List.copyOf(accepted);
    }

    /// Whether somebody else removed the container of this run while it ran.
    boolean wasRemoved(String run) {
        return removed.contains(run);
    }

    int removals() {
        return removed.size();
    }

    int retries() {
        return retries.get();
    }

    int cuts() {
        return cuts.get();
    }

    List<String> faults() {
        return faults;
    }
}
