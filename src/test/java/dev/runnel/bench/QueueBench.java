package dev.runnel.bench;

import dev.runnel.run.Queueing;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.Claim;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Measures the queue: how many runs are claimed in a second, and how long it is from a request to
/// its claim, as the queue and the table of finished runs grow. Nothing is executed. Beside it the
/// plainest queue that Postgres can be, in the same database.
public final class QueueBench {
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    private final QueueDatabase database;
    private final QueueOptions options;
    private boolean cold = true;

    private QueueBench(QueueDatabase database, QueueOptions options) {
        this.database = database;
        this.options = options;
    }

    /// Measures what the options ask for.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments).subList(1, arguments.length);
        if (given.contains("--help")) {
            System.out.print(QueueOptions.HELP);
            return;
        }
        QueueOptions options = QueueOptions.parse(given);
        try (QueueDatabase database = QueueDatabase.start()) {
            new QueueBench(database, options).measure();
        }
    }

    private void measure() throws Exception {
        System.out.printf(
                "%10s %9s %10s | %10s %10s %7s | %22s | %22s%n",
                "finished",
                "waiting",
                "instances",
                "claims/s",
                "plain/s",
                "ratio",
                "claim p50/p99 ms",
                "POST-claim p50/p99 ms");
        for (int finished : options.finished()) {
            database.fillFinished(finished);
            for (int waiting : options.waiting()) {
                for (int instances : options.instances()) {
                    measure(finished, waiting, instances);
                }
            }
        }
    }

    private void measure(int finished, int waiting, int instances) throws Exception {
        try (QueueDatabase.Instances opened = database.open(instances)) {
            database.fillWaiting(waiting);
            // what claims and submits once is prepared from then on, and often at first: compiled
            warmUp(opened);
            database.fillWaiting(waiting);
            Timings claims = new Timings();
            double rate = claimRate(opened, waiting, claims);
            double plain = plainRate(opened, waiting);
            database.fillWaiting(waiting);
            Timings toClaim = postToClaim(opened);
            System.out.printf(
                    Locale.ROOT,
                    "%10d %9d %10d | %10.0f %10.0f %7.2f | %10.2f %11.2f | %10.2f %11.2f%n",
                    finished,
                    waiting,
                    instances,
                    rate,
                    plain,
                    rate / plain,
                    claims.median() / NANOS_PER_MILLI,
                    claims.quantile(0.99) / NANOS_PER_MILLI,
                    toClaim.median() / NANOS_PER_MILLI,
                    toClaim.quantile(0.99) / NANOS_PER_MILLI);
        }
    }

    private void warmUp(QueueDatabase.Instances opened) throws Exception {
        int rounds = cold ? options.claims() : 20;
        cold = false;
        for (RunStore store : opened.stores()) {
            for (int round = 0; round < rounds; round++) {
                store.submit(requested(0), Optional.empty());
                Claim claim = store.claimNext("warm-up", LEASE).orElseThrow();
                store.release(claim.lease());
            }
        }
    }

    /// With a queue of one, each claim is followed by a request that is not counted.
    private double claimRate(QueueDatabase.Instances opened, int waiting, Timings claims)
            throws Exception {
        int each = options.claims() / opened.stores().size();
        boolean refill = waiting < options.claims();
        List<Callable<Long>> work = new ArrayList<>();
        for (RunStore store : opened.stores()) {
            work.add(() -> {
                long spent = 0;
                for (int claim = 0; claim < each; claim++) {
                    long began = System.nanoTime();
                    boolean claimed = store.claimNext("bench", LEASE).isPresent();
                    long took = System.nanoTime() - began;
                    spent += took;
                    synchronized (claims) {
                        claims.add(took);
                    }
                    if (!claimed && !refill) {
                        throw new IllegalStateException("the queue is empty");
                    }
                    if (refill) {
                        store.submit(requested(0), Optional.empty());
                    }
                }
                return spent;
            });
        }
        return rate(each, atOnce(work));
    }

    private double plainRate(QueueDatabase.Instances opened, int waiting) throws Exception {
        database.fillPlain(Math.max(waiting, options.claims()));
        int each = options.claims() / opened.stores().size();
        List<Callable<Long>> work = new ArrayList<>();
        for (int instance = 0; instance < opened.stores().size(); instance++) {
            int own = instance;
            work.add(() -> {
                long began = System.nanoTime();
                for (int claim = 0; claim < each; claim++) {
                    opened.claimPlain(own);
                }
                return System.nanoTime() - began;
            });
        }
        return rate(each, atOnce(work));
    }

    private static double rate(int each, List<Long> spent) {
        return spent.stream().mapToDouble(nanos -> each * NANOS_PER_SECOND / nanos).sum();
    }

    /// Every instance waits for news and then claims once, as an idle one does; the request has the
    /// highest priority, so that it is the one to be claimed.
    private Timings postToClaim(QueueDatabase.Instances opened) throws Exception {
        Timings timings = new Timings();
        for (int probe = 0; probe < options.probes(); probe++) {
            Run run = requested(Queueing.HIGHEST);
            List<AutoCloseable> subscriptions = new ArrayList<>();
            List<Callable<Long>> claimers = new ArrayList<>();
            for (RunStore store : opened.stores()) {
                Semaphore news = new Semaphore(0);
                subscriptions.add(store.onChange(_ -> news.release()));
                claimers.add(() -> claimedAt(store, news, run.id()));
            }
            long began;
            List<Long> ended;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Long>> answers = claimers.stream().map(threads::submit).toList();
                began = System.nanoTime();
                opened.stores().get(probe % opened.stores().size()).submit(run, Optional.empty());
                ended = values(answers);
            }
            for (AutoCloseable subscription : subscriptions) {
                subscription.close();
            }
            timings.add(ended.stream().mapToLong(Long::longValue).max().orElseThrow() - began);
        }
        return timings;
    }

    /// When this instance claimed the run; the lowest number when another one did.
    private static long claimedAt(RunStore store, Semaphore news, RunId wanted)
            throws InterruptedException {
        if (!news.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no news of a request within 30 s");
        }
        Optional<Claim> claim = store.claimNext("bench", LEASE);
        return claim.filter(taken -> taken.run().id().equals(wanted)).isPresent()
                ? System.nanoTime()
                : Long.MIN_VALUE;
    }

    private static List<Long> atOnce(List<Callable<Long>> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return values(work.stream().map(threads::submit).toList());
        }
    }

    private static List<Long> values(List<Future<Long>> answers)
            throws InterruptedException, ExecutionException {
        List<Long> values = new ArrayList<>();
        for (Future<Long> answer : answers) {
            values.add(answer.get());
        }
        return values;
    }

    private static Run requested(int priority) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        RunRequest request =
                RunRequest.of("https://git.example/team/probe.git")
                        .with(new Queueing(priority, Optional.empty(), Optional.empty()));
        return Run.requested(RunId.at(now, RandomGenerator.getDefault()), request, now);
    }
}
