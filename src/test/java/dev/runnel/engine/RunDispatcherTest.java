package dev.runnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.driver.DriverSettings;
import dev.runnel.driver.ScriptedExecutor;
import dev.runnel.engine.EngineSettings.Shutdown;
import dev.runnel.engine.RunStarter.Started;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Queueing.Concurrency.Policy;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.Instances.Seen;
import dev.runnel.store.MemoryInstances;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunStore;
import dev.runnel.workspace.SnapshotSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunDispatcherTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir Path folder;

    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, CLOCK);
    private final Instances instances = new MemoryInstances(CLOCK);
    private final WaitingSource source = new WaitingSource();
    private final AtomicInteger questions = new AtomicInteger();
    private Optional<RunDispatcher> dispatcher = Optional.empty();

    @AfterEach
    void shutDown() throws InterruptedException {
        source.let(1000);
        if (dispatcher.isPresent()) {
            dispatcher.get().shutDown();
        }
    }

    @Test
    void asManyRunsAsMayBeAreDrivenAndTheOthersWait() {
        start(2, LONG);
        for (int run = 0; run < 5; run++) {
            submit(Queueing.USUAL);
        }
        await(() -> source.waiting() == 2);
        assertThat(dispatcher().running()).isEqualTo(2);
        assertThat(store.queue().depth().waiting()).isEqualTo(3);
        source.let(1);
        await(() -> store.queue().depth().waiting() == 2 && source.waiting() == 2);
        source.let(10);
        await(() -> dispatcher().counts().claimed() == 5 && dispatcher().running() == 0);
    }

    @Test
    void anIdleInstanceAsksTheStoreOnlyWhenItHearsOfSomething() throws Exception {
        start(2, LONG);
        await(() -> questions.get() >= 3);
        int before = questions.get();
        Thread.sleep(2500);
        assertThat(questions.get()).isLessThanOrEqualTo(before + 1);
        Instant submitted = Instant.now();
        submit(Queueing.USUAL);
        await(() -> source.waiting() == 1);
        assertThat(submitted).isAfter(Instant.now().minusSeconds(1));
    }

    @Test
    void whoIsTakenAtOnceIsAnnouncedByItsDriverAndWhoHasToWaitIsAnnouncedAllTheSame()
            throws Exception {
        start(1, LONG);
        RunStarter starter = starter();
        start(starter, Policy.QUEUE);
        await(() -> source.waiting() == 1);
        Run waits = start(starter, Policy.QUEUE);
        await(() -> !log.read(waits.id(), 0, 1).isEmpty());
        assertThat(log.read(waits.id(), 0, 1).getFirst().event())
                .isEqualTo(RunStateChanged.to(RunState.PENDING));
        // a chunk without a lease is not a driver's; the one of a run that is being taken would
        // have
        // its claim passed over
        assertThat(log.chunks().stream().filter(chunk -> chunk.fence() == 0))
                .extracting(chunk -> chunk.after().id())
                .containsExactly(waits.id());
    }

    @Test
    void aFullInstanceDoesNotAsk() throws Exception {
        start(1, LONG);
        submit(Queueing.USUAL);
        await(() -> source.waiting() == 1);
        int before = questions.get();
        for (int run = 0; run < 20; run++) {
            submit(Queueing.USUAL);
        }
        Thread.sleep(300);
        assertThat(questions.get()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void aRunBeginsAtItsTimeAlthoughNobodySaysSo() {
        start(2, LONG);
        Instant time = Instant.now().plusMillis(700);
        submit(new Queueing(0, Optional.of(time), Optional.empty()));
        await(() -> source.waiting() == 1);
        assertThat(Instant.now()).isBetween(time, time.plusSeconds(2));
    }

    @Test
    void theRunsOfADeadInstanceAreTakenOverWhenTheirLeaseEnds() {
        submit(Queueing.USUAL);
        RunStore.Claim dead = store.claimNext("dead", Duration.ofMillis(800)).orElseThrow();
        Instant until = Instant.now().plusMillis(800);
        start(2, LONG);
        await(() -> source.waiting() == 1);
        assertThat(Instant.now()).isBefore(until.plusSeconds(2));
        assertThat(dead.run().events()).isZero();
        assertThat(dispatcher().counts().takeOvers()).isEqualTo(1);
        assertThat(dispatcher().counts().recovered()).isEqualTo(1);
    }

    @Test
    void theNextOfAGroupBeginsWhenOneEnds() {
        start(5, LONG);
        Run first = submit(grouped(Policy.QUEUE));
        await(() -> source.waiting() == 1);
        Run second = submit(grouped(Policy.QUEUE));
        Run third = submit(grouped(Policy.QUEUE));
        source.let(1);
        await(() -> run(first.id()).ended() && source.waiting() == 1);
        await(() -> run(second.id()).state() == RunState.IN_PROGRESS);
        assertThat(run(third.id()).state()).isEqualTo(RunState.PENDING);
        source.let(1);
        await(() -> run(third.id()).state() == RunState.IN_PROGRESS);
    }

    @Test
    void aNewerRunTakesThePlaceOfAWaitingAndOfARunningOne() {
        start(1, LONG);
        RunStarter starter = starter();
        Run running = start(starter, Policy.QUEUE);
        await(() -> source.waiting() == 1);
        Run waiting = start(starter, Policy.QUEUE);
        Run newest = start(starter, Policy.CANCEL_PREVIOUS);
        await(() -> run(running.id()).ended() && run(waiting.id()).ended());
        for (Run old : List.of(running, waiting)) {
            assertThat(run(old.id()).state()).isEqualTo(RunState.ABORTED);
            assertThat(run(old.id()).reason()).contains(Reason.SUPERSEDED);
            assertThat(run(old.id()).message().orElseThrow()).contains("newer run");
        }
        await(() -> run(newest.id()).state() == RunState.IN_PROGRESS);
    }

    @Test
    void aPausedQueueIsTakenUpAsSoonAsItIsResumed() throws Exception {
        store.pauses().pause(new Scope.Queue(), "me", Optional.empty());
        start(2, LONG);
        submit(Queueing.USUAL);
        await(() -> questions.get() >= 2);
        Thread.sleep(100);
        assertThat(source.waiting()).isZero();
        store.pauses().resume(new Scope.Queue());
        await(() -> source.waiting() == 1);
    }

    @Test
    void anInstanceShowsItselfAndThatItEnds() throws Exception {
        start(2, Duration.ofMillis(300));
        submit(Queueing.USUAL);
        await(() -> shown().map(Instance::now).equals(Optional.of(new Load(1, 0))));
        Instance shown = shown().orElseThrow();
        assertThat(shown.limits()).isEqualTo(new Load(2, 3));
        assertThat(shown.host()).isEqualTo("here");
        assertThat(shown.version()).isEqualTo("1.2");
        assertThat(shown.executor()).isEqualTo("scripted");
        assertThat(shown.accepting()).isTrue();

        Thread ending = Thread.ofVirtual().start(this::shutDownNow);
        await(() -> shown().filter(one -> !one.accepting()).isPresent());
        source.let(1);
        ending.join();
        assertThat(shown()).isEmpty();
    }

    private void shutDownNow() {
        try {
            dispatcher().shutDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Instance> shown() {
        return instances.all().stream().map(Seen::instance).findFirst();
    }

    private void start(int maxRuns, Duration lease) {
        EngineSettings settings =
                new EngineSettings(
                        maxRuns,
                        maxRuns + 1,
                        lease,
                        Shutdown.DRAIN,
                        Duration.ofSeconds(20),
                        new DriverSettings(
                                "i",
                                folder,
                                SnapshotSettings.OFF,
                                new Limits(1 << 28, 1, 100),
                                Duration.ofMinutes(1),
                                1 << 20,
                                Duration.ofSeconds(1),
                                Optional.empty()));
        Presence.Self self = new Presence.Self("here", "1.2", "scripted");
        RunDispatcher started =
                new RunDispatcher(
                        counting(RunStore.class, store, "claimNext"),
                        counting(RunQueue.class, store.queue(), "promoteDue"),
                        new Presence(instances, settings, self, CLOCK),
                        new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                        log,
                        new MemoryRegisteredValues(),
                        FolderArtifacts.in(folder),
                        source,
                        List.of(),
                        new ScriptedExecutor(),
                        settings,
                        CLOCK);
        dispatcher = Optional.of(started);
        started.start();
    }

    /// The same port, whose calls of one method are counted.
    private <T> T counting(Class<T> port, T real, String method) {
        Object counted =
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (_, called, arguments) -> {
                            if (called.getName().equals(method)) {
                                questions.incrementAndGet();
                            }
                            try {
                                return called.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
        return port.cast(counted);
    }

    private RunStarter starter() {
        return new RunStarter(
                store,
                log,
                source,
                dispatcher(),
                CLOCK,
                time -> RunId.at(time, RandomGenerator.getDefault()));
    }

    private static Run start(RunStarter starter, Policy policy) {
        RunRequest request = RunRequest.of("https://git.example/a/b").with(grouped(policy));
        Started started = starter.start(request, Optional.empty());
        return ((Started.Accepted) started).run();
    }

    private static Queueing grouped(Policy policy) {
        return new Queueing(
                0, Optional.empty(), Optional.of(new Concurrency("${repository}", 1, policy)));
    }

    private Run submit(Queueing queueing) {
        Instant now = CLOCK.instant();
        RunRequest request = RunRequest.of("https://git.example/a/b").with(queueing);
        Run run = Run.requested(RunId.at(now, RandomGenerator.getDefault()), request, now);
        store.submit(run, Optional.empty());
        return run;
    }

    private Run run(RunId id) {
        return store.find(id).orElseThrow();
    }

    private RunDispatcher dispatcher() {
        return dispatcher.orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not come about").isLessThan(deadline);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
