package dev.runnel.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// What happens to servers and database, in an order that the seed decides.
final class Troubles {
    private final Cluster database;
    private final List<Instance> instances;
    private final ChaosOptions options;
    private final Random random;
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    // those to which something happens now; the lock is this
    private final Set<Instance> busy = new HashSet<>();
    private volatile boolean over;

    /// A kind of trouble.
    enum Kind {
        KILL,
        KILL_IN_START,
        STOP,
        FAST_DATABASE_RESTART,
        IMMEDIATE_DATABASE_RESTART
    }

    Troubles(Cluster database, List<Instance> instances, ChaosOptions options) {
        this.database = database;
        this.instances = instances;
        this.options = options;
        this.random = new Random(options.seed() + 1);
    }

    /// Makes all of it, then heals everything.
    void run() throws IOException, InterruptedException {
        for (Kind kind : order()) {
            Thread.sleep(
                    options.pause().toMillis() / 2 + random.nextLong(options.pause().toMillis()));
            long began = System.nanoTime();
            happen(kind);
            counts.merge(kind, 1, Integer::sum);
            System.out.println(kind + " after " + (System.nanoTime() - began) / 1_000_000 + " ms");
        }
        heal();
        over = true;
    }

    private List<Kind> order() {
        List<Kind> order = new ArrayList<>();
        for (int kill = 0; kill < options.kills(); kill++) {
            order.add(kill % 10 == 9 ? Kind.KILL_IN_START : Kind.KILL);
        }
        order.addAll(Collections.nCopies(options.stops(), Kind.STOP));
        for (int restart = 0; restart < options.databaseRestarts(); restart++) {
            order.add(
                    restart % 2 == 0
                            ? Kind.IMMEDIATE_DATABASE_RESTART
                            : Kind.FAST_DATABASE_RESTART);
        }
        Collections.shuffle(order, random);
        return order;
    }

    private void happen(Kind kind) throws IOException, InterruptedException {
        switch (kind) {
            case KILL -> kill(ready());
            case KILL_IN_START -> {
                Instance instance = ready();
                instance.kill();
                instance.launch();
                Thread.sleep(random.nextInt(2500));
                kill(instance);
            }
            case STOP -> stop(ready());
            case FAST_DATABASE_RESTART -> database.restartFast();
            case IMMEDIATE_DATABASE_RESTART -> database.restartImmediately();
        }
    }

    /// A server that answers and to which nothing happens, busy from now on.
    private Instance ready() throws IOException, InterruptedException {
        while (true) {
            List<Instance> order = new ArrayList<>(instances);
            Collections.shuffle(order, random);
            for (Instance instance : order) {
                if (take(instance)) {
                    instance.awaitReady();
                    return instance;
                }
            }
            Thread.sleep(50);
        }
    }

    private synchronized boolean take(Instance instance) {
        return busy.add(instance);
    }

    private synchronized void giveBack(Instance instance) {
        busy.remove(instance);
    }

    private void kill(Instance instance) throws InterruptedException {
        instance.kill();
        later(instance, random.nextInt(2000), instance::launch);
    }

    private void stop(Instance instance) throws IOException, InterruptedException {
        instance.stop();
        int lease = (int) options.lease().toMillis();
        later(instance, lease / 2 + random.nextInt(2 * lease), instance::proceed);
    }

    private interface Healing {
        void heal() throws IOException, InterruptedException;
    }

    private void later(Instance instance, int millis, Healing healing) {
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        Thread.sleep(millis);
                        healing.heal();
                    } catch (IOException | InterruptedException e) {
                        System.out.println(instance.name() + ": " + e);
                    } finally {
                        giveBack(instance);
                    }
                });
    }

    private void heal() throws IOException, InterruptedException {
        for (Instance instance : instances) {
            while (!take(instance)) {
                Thread.sleep(50);
            }
            instance.awaitReady();
        }
    }

    boolean isOver() {
        return over;
    }

    int count(Kind... kinds) {
        int sum = 0;
        for (Kind kind : kinds) {
            sum += counts.getOrDefault(kind, 0);
        }
        return sum;
    }
}
