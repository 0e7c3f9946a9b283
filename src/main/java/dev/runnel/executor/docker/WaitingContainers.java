package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.WaitingContainer.Place;
import dev.runnel.pipeline.Image;
import dev.runnel.run.RunId;
import dev.runnel.waiting.PoolRules;
import dev.runnel.waiting.StartsUnderWay;
import dev.runnel.waiting.WaitingPool;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Has containers waiting for steps: a few for any run, and one for what a run under way does next.
///
/// One that waits for any run sees an empty folder of its own, which becomes the workspace of the
/// run that uses it.
final class WaitingContainers implements Executor.Ahead, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WaitingContainers.class.getName());
    private static final Duration SETTLE = Duration.ofMillis(500);
    private static final Duration CREATION = Duration.ofSeconds(5);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    // More than Linux takes for one variable
    private static final int LONGEST_VARIABLE = 100_000;
    // A shell cannot set these for the program that takes its place, or not as the engine would
    private static final Pattern VARIABLE =
            Pattern.compile(
                    "(?!(?:BASH.*|E?UID|PPID|SHELLOPTS|SHLVL|PWD|OLDPWD|GROUPS|_|LINENO|OPT.*)$)"
                            + "[A-Za-z_][A-Za-z0-9_]*");

    private final Supplier<DockerEngine> engine;
    private final DockerConfig config;
    private final RandomGenerator random;
    private final WaitingPool<Place, WaitingContainer> pool;
    private final Map<StepKey, Reserved> reserved = new ConcurrentHashMap<>();
    private final Map<RunId, Place> expected = new ConcurrentHashMap<>();
    private final Set<Path> folders = ConcurrentHashMap.newKeySet();
    private final Map<StepKey, CompletableFuture<Boolean>> checks = new ConcurrentHashMap<>();
    private final StartsUnderWay<StepKey> starts;
    private final WaitingRemains remains;
    private final AtomicInteger prepared = new AtomicInteger();
    private final LongAdder used = new LongAdder();
    private volatile boolean closed;
    private long sweptAt = System.nanoTime() - SWEEP_EVERY.toNanos();

    /// A container that waits for one attempt.
    ///
    /// @param place what it was or will be created with
    /// @param there the container, perhaps not yet under the attempt's name
    /// @param container there under the attempt's name; exceptional when it cannot be used
    record Reserved(
            Place place,
            Path workspace,
            String nonce,
            boolean isPrepared,
            CompletableFuture<WaitingContainer> there,
            CompletableFuture<WaitingContainer> container) {}

    /// @param starts work that nobody waits for makes way for these
    WaitingContainers(
            Supplier<DockerEngine> engine,
            DockerConfig config,
            RandomGenerator random,
            StartsUnderWay<StepKey> starts) {
        this.engine = engine;
        this.config = config;
        this.random = random;
        this.starts = starts;
        InstantSource clock = InstantSource.system();
        this.remains = new WaitingRemains(engine, config.installation(), clock);
        DockerConfig.Warm warm = config.warm();
        this.pool =
                new WaitingPool<>(
                        new Maker(),
                        new PoolRules(
                                warm.perPlace(),
                                warm.total(),
                                warm.ahead(),
                                warm.recent(),
                                SETTLE));
    }

    @Override
    public Waiting waiting() {
        return new Waiting(pool.idle(), pool.made(), used.sum());
    }

    private boolean isOn() {
        boolean keeps = config.warm().total() > 0 && config.warm().perPlace() > 0;
        return keeps || config.warm().ahead() > 0;
    }

    @Override
    public void begin(StepSpec like) {
        if (!isOn()) {
            return;
        }
        Optional.ofNullable(like.workspace().getParent()).ifPresent(folders::add);
        pool.start();
        for (String image : config.warm().images().orElse(List.of())) {
            StepSpec spec =
                    new StepSpec(
                            like.key(),
                            new Image(image),
                            like.script(),
                            Map.of(),
                            like.workspace(),
                            like.workspacePath(),
                            like.limits());
            Place.of(spec, config).ifPresent(pool::always);
        }
    }

    @Override
    public void expect(StepSpec like) {
        if (config.warm().ahead() == 0) {
            return;
        }
        Optional<Place> place = place(like);
        place.ifPresent(known -> {
            if (expected.putIfAbsent(like.key().run(), known) == null) {
                pool.expect(known);
            }
        });
    }

    private Optional<Place> place(StepSpec spec) {
        Optional<Place> place = closed || !isOn() ? Optional.empty() : Place.of(spec, config);
        place.ifPresent(known -> {
            folders.add(known.folder());
            pool.start();
        });
        return place;
    }

    @Override
    public boolean furnish(StepSpec spec, Path files) throws InterruptedException {
        Optional<Place> place = place(spec);
        if (place.isEmpty() || !takes(spec.environment())) {
            expectNoMore(spec.key().run());
            return false;
        }
        Optional<WaitingContainer> taken = pool.take(place.get(), CREATION);
        expectNoMore(spec.key().run());
        if (taken.isEmpty()) {
            return false;
        }
        WaitingContainer container = taken.get();
        boolean done = false;
        try {
            Path own = files.resolveSibling(files.getFileName() + ".slot");
            done = container.furnish(files, spec.workspace(), own);
        } finally {
            if (!done) {
                container.discard();
            }
        }
        if (done) {
            CompletableFuture<WaitingContainer> ready =
                    CompletableFuture.supplyAsync(
                            () -> identified(container, spec), Thread::startVirtualThread);
            keep(
                    spec.key(),
                    new Reserved(
                            place.get(),
                            spec.workspace(),
                            container.nonce(),
                            false,
                            CompletableFuture.completedFuture(container),
                            ready));
        }
        return done;
    }

    private static WaitingContainer identified(WaitingContainer container, StepSpec spec) {
        try {
            container.rename(spec.key());
            return container;
        } catch (RuntimeException e) {
            container.discard();
            throw e;
        }
    }

    private void expectNoMore(RunId run) {
        Optional.ofNullable(expected.remove(run)).ifPresent(pool::expectNoMore);
    }

    @Override
    public void prepare(StepSpec spec) {
        Optional<Place> place = place(spec);
        if (place.isEmpty() || reserved.containsKey(spec.key())) {
            return;
        }
        if (prepared.incrementAndGet() > config.warm().ahead()) {
            prepared.decrementAndGet();
            return;
        }
        String nonce = ShellProgram.newNonce(random);
        CompletableFuture<WaitingContainer> made =
                CompletableFuture.supplyAsync(
                        () -> {
                            makeWay(spec.key().run());
                            return WaitingContainer.make(
                                    engine.get(), config, place.get(), nonce, spec);
                        },
                        Thread::startVirtualThread);
        keep(spec.key(), new Reserved(place.get(), spec.workspace(), nonce, true, made, made));
    }

    private void makeWay(RunId run) {
        try {
            starts.makeWay(start -> start.run().equals(run));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void startsNow(StepKey key) {
        starts.begin(key);
        Reserved one = reserved.get(key);
        if (one != null) {
            checks.put(
                    key,
                    one.there()
                            .thenApplyAsync(
                                    container -> isStill(container, one.place().image()),
                                    Thread::startVirtualThread));
        }
    }

    private void keep(StepKey key, Reserved one) {
        Reserved before = reserved.put(key, one);
        if (before != null) {
            drop(before);
        }
        if (closed) {
            forget(key.run());
        }
    }

    private void drop(Reserved one) {
        if (one.isPrepared()) {
            prepared.decrementAndGet();
        }
        discard(one.container());
    }

    private static void discard(CompletableFuture<WaitingContainer> container) {
        CompletableFuture<Void> _ =
                container.thenAcceptAsync(WaitingContainer::discard, Thread::startVirtualThread);
    }

    @Override
    public void forget(RunId run) {
        expectNoMore(run);
        starts.over(start -> start.run().equals(run));
        checks.keySet().removeIf(key -> key.run().equals(run));
        for (StepKey key : Set.copyOf(reserved.keySet())) {
            if (key.run().equals(run)) {
                Optional.ofNullable(reserved.remove(key)).ifPresent(this::drop);
            }
        }
    }

    /// What waits for an attempt. Whoever gets it uses it or throws it away.
    Optional<Reserved> take(StepKey key) {
        Reserved one = reserved.remove(key);
        if (one != null && one.isPrepared()) {
            prepared.decrementAndGet();
        }
        return Optional.ofNullable(one);
    }

    /// Waits for a container and makes sure that it is what an attempt would get.
    ///
    /// @return empty when it is not, and then it is gone
    Optional<WaitingContainer> fitting(Reserved one, StepSpec spec) {
        Optional<WaitingContainer> container = await(one);
        CompletableFuture<Boolean> check = checks.remove(spec.key());
        boolean fits =
                Place.of(spec, config).filter(one.place()::equals).isPresent()
                        && one.workspace().equals(spec.workspace())
                        && takes(spec.environment());
        if (!fits || container.isEmpty() || !isStill(container.get(), one.place(), check)) {
            container.ifPresent(WaitingContainer::discard);
            return Optional.empty();
        }
        used.increment();
        return container;
    }

    private static boolean isStill(
            WaitingContainer container, Place place, @Nullable CompletableFuture<Boolean> check) {
        try {
            return check == null ? isStill(container, place.image()) : check.join();
        } catch (CompletionException e) {
            return false;
        }
    }

    // It may be gone, and the name may stand for another image
    private static boolean isStill(WaitingContainer container, String image) {
        try {
            CompletableFuture<Boolean> runs =
                    CompletableFuture.supplyAsync(container::isRunning, Thread::startVirtualThread);
            return container.isOf(image) && runs.join();
        } catch (ExecutorException | DockerException e) {
            return false;
        }
    }

    private static Optional<WaitingContainer> await(Reserved one) {
        try {
            return Optional.of(one.container().get(CREATION.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "a waiting container cannot be used", e);
        } catch (TimeoutException e) {
            discard(one.container());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            discard(one.container());
        }
        return Optional.empty();
    }

    // What a shell can put into the environment of a program
    private static boolean takes(Map<String, String> environment) {
        return environment.entrySet().stream()
                .allMatch(entry ->
                        VARIABLE.matcher(entry.getKey()).matches()
                                && entry.getValue().indexOf('\0') < 0
                                && entry.getValue().length() < LONGEST_VARIABLE / 3);
    }

    /// Removes everything that waits.
    @Override
    public void close() {
        closed = true;
        reserved.keySet().stream().map(StepKey::run).distinct().forEach(this::forget);
        pool.close();
    }

    private final class Maker implements WaitingPool.Maker<Place, WaitingContainer> {
        @Override
        public WaitingContainer make(Place place) {
            return WaitingContainer.make(
                    engine.get(), config, place, ShellProgram.newNonce(random));
        }

        @Override
        public boolean isUsable(WaitingContainer container) {
            return container.isRunning();
        }

        @Override
        public void discard(WaitingContainer container) {
            container.discard();
        }

        @Override
        public void look() {
            if (System.nanoTime() - sweptAt >= SWEEP_EVERY.toNanos()) {
                sweptAt = System.nanoTime();
                try {
                    sweep();
                } catch (ExecutorException e) {
                    LOG.log(System.Logger.Level.DEBUG, "the engine is looked after later", e);
                }
            }
        }
    }

    /// Removes what other processes left that are gone.
    void sweep() {
        remains.remove(folders);
    }
}
