package dev.runnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestPostgres;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.postgres.OpenedLog;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.stream.EventRendering.Framing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Followers over a real database, on the instance that drives a run and on another one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FollowersTest {
    private static final EventRendering SSE = new EventRendering(EventFilter.ALL, Framing.SSE);

    private final Vertx vertx = Vertx.vertx();
    private final TestPostgres postgres = TestPostgres.migrated();
    private final OpenedLog driving = OpenedLog.over(vertx, postgres);
    private final OpenedLog other = OpenedLog.over(vertx, postgres);

    @AfterAll
    void close() {
        driving.close();
        other.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// Where the followers are.
    enum Where {
        DRIVING,
        OTHER
    }

    private final class Instance {
        private final AtomicLong reads;
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final Followers followers;

        Instance(Where where) {
            OpenedLog opened = where == Where.DRIVING ? driving : other;
            reads = opened.chunkReads();
            followers =
                    new Followers(
                            opened.log(),
                            new StreamSettings() {
                                @Override
                                public Duration keepAlive() {
                                    return Duration.ofSeconds(2);
                                }

                                @Override
                                public Duration searchTime() {
                                    return Duration.ofSeconds(2);
                                }
                            },
                            meters);
        }

        Client follow(Run run, long after) {
            return follow(run, after, SSE);
        }

        Client follow(Run run, long after, EventRendering rendering) {
            return new Client(
                    followers,
                    new RunStream(run.id(), after, Long.MAX_VALUE, _ -> rendering),
                    rendering);
        }

        double shared() {
            return meters.get("runnel.events.shared").gauge().value();
        }

        double active() {
            return meters.get("runnel.events.followers").gauge().value();
        }
    }

    private static final class Client implements Followers.Wire {
        private final List<Long> ids = new ArrayList<>();
        private final Semaphore mayTake = new Semaphore(0);
        private final AtomicInteger sends = new AtomicInteger();
        private final Thread thread;
        private volatile Runnable onClose = () -> {};
        private volatile boolean slow;

        Client(Followers followers, RunStream stream, EventRendering rendering) {
            thread = Thread.ofVirtual().start(() -> followers.serve(stream, rendering, this));
        }

        @Override
        public void send(byte[] bytes) throws InterruptedException {
            sends.incrementAndGet();
            if (slow) {
                mayTake.acquire();
            }
            // every piece is whole frames
            new String(bytes, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("id: "))
                    .forEach(line -> add(Long.parseLong(line.substring(4))));
        }

        @Override
        public void onClose(Runnable listener) {
            onClose = listener;
        }

        /// Whether it has all there is and waits for more.
        boolean waits() {
            return thread.getState() == Thread.State.TIMED_WAITING;
        }

        boolean ends() throws InterruptedException {
            return thread.join(Duration.ofSeconds(60));
        }

        private synchronized void add(long id) {
            ids.add(id);
        }

        synchronized List<Long> ids() {
            return List.copyOf(ids);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DRIVING", "OTHER"})
    void whoeverComesWheneverHearsEachEventOnceAndInOrder(Where where) throws Exception {
        Instance instance = new Instance(where);
        DrivenRun run = begun();
        Random random = new Random(9);
        List<Client> clients = new ArrayList<>();
        List<Long> afters = new ArrayList<>();
        for (int chunk = 0; chunk < 150; chunk++) {
            driving.log().append(run.lines(1 + random.nextInt(20)));
            if (chunk % 3 == 0) {
                long after = random.nextLong(run.run().events() + 1);
                clients.add(instance.follow(run.run(), after));
                afters.add(after);
            }
            LockSupport.parkNanos(random.nextInt(2_000_000));
        }
        end(run);
        for (int client = 0; client < clients.size(); client++) {
            assertThat(clients.get(client).ends()).isTrue();
            assertThat(clients.get(client).ids())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(afters.get(client) + 1, run.run().events())
                                    .boxed()
                                    .toList());
        }
        assertThat(instance.active()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DRIVING", "OTHER"})
    void aThousandFollowersReadEachChunkOnce(Where where) throws Exception {
        Instance instance = new Instance(where);
        DrivenRun run = begun();
        long begin = instance.reads.get();
        List<Client> clients = new ArrayList<>();
        for (int client = 0; client < 1000; client++) {
            clients.add(instance.follow(run.run(), 0));
        }
        awaitTrue(() -> clients.stream().allMatch(client -> client.sends.get() >= 2));
        awaitTrue(() -> clients.stream().allMatch(Client::waits));
        // those that come while somebody asks whether there is more share the answer
        assertThat(instance.reads.get() - begin).isLessThan(500);
        int chunks = 50;
        long before = instance.reads.get();
        for (int chunk = 0; chunk < chunks; chunk++) {
            driving.log().append(run.lines(10));
            LockSupport.parkNanos(20_000_000);
        }
        end(run);
        for (Client client : clients) {
            assertThat(client.ends()).isTrue();
            assertThat(client.ids()).hasSize((int) run.run().events());
        }
        // what is written here is known here; elsewhere each chunk is asked for once. A question
        // from
        // before the first chunk may end only now
        long asked = instance.reads.get() - before;
        assertThat(asked).isLessThanOrEqualTo(where == Where.DRIVING ? 2 : chunks + 2);
    }

    @Test
    void aThousandLateFollowersReadAFinishedLogOnce() throws Exception {
        Instance instance = new Instance(Where.OTHER);
        DrivenRun run = begun();
        for (int chunk = 0; chunk < 20; chunk++) {
            driving.log().append(run.lines(100));
        }
        end(run);
        long before = instance.reads.get();
        List<Client> clients = new ArrayList<>();
        for (int client = 0; client < 1000; client++) {
            clients.add(instance.follow(run.run(), 0));
        }
        for (Client client : clients) {
            assertThat(client.ends()).isTrue();
            assertThat(client.ids()).hasSize((int) run.run().events());
        }
        // once would be three questions; those that come first and together may ask in vain
        assertThat(instance.reads.get() - before).isLessThan(30);
    }

    @Test
    void whatOneFollowerReadsAloneIsNotKeptForOthers() throws Exception {
        Instance instance = new Instance(Where.OTHER);
        DrivenRun run = begun();
        for (int chunk = 0; chunk < 20; chunk++) {
            driving.log().append(run.lines(100));
        }
        Client alone = instance.follow(run.run(), 0);
        awaitTrue(() -> alone.ids().size() == run.run().events());
        assertThat(instance.shared()).isZero();

        Client second = instance.follow(run.run(), 0);
        awaitTrue(() -> second.ids().size() == run.run().events());
        assertThat(instance.shared()).isPositive();

        end(run);
        assertThat(alone.ends()).isTrue();
        assertThat(second.ends()).isTrue();
    }

    @Test
    void whoWantsOneStepDoesNotReadTheOthers() throws Exception {
        Instance instance = new Instance(Where.OTHER);
        DrivenRun run = begun();
        driving.log().append(run.chunk(DrivenRun.step(2, "test", 1, StepState.IN_PROGRESS)));
        long started = run.run().events();
        for (int chunk = 0; chunk < 60; chunk++) {
            driving.log().append(run.lines(1000));
        }
        driving.log().append(run.chunk(new CommandStarted(2, 1, "c")));
        long command = run.run().events();
        for (int chunk = 0; chunk < 60; chunk++) {
            driving.log().append(run.lines(1000));
        }
        EventRendering second =
                new EventRendering(new EventFilter(Set.of(2), Set.of()), Framing.SSE);
        long before = instance.reads.get();
        Client client = instance.follow(run.run(), 0, second);
        awaitTrue(() -> client.ids().size() >= 2);
        // also while it goes on
        driving.log().append(run.lines(1000));
        driving.log().append(run.chunk(new CommandFinished(2, 1, 0)));
        long finished = run.run().events();
        end(run);
        assertThat(client.ends()).isTrue();
        long end = run.run().events();
        assertThat(client.ids()).containsExactly(started, command, finished, end - 2, end);
        assertThat(instance.reads.get() - before).isBetween(3L, 16L);
    }

    @Test
    void aSlowClientHoldsOnePieceAndReadsTheRestFromTheLog() throws Exception {
        Instance instance = new Instance(Where.OTHER);
        DrivenRun run = begun();
        Client slow = instance.follow(run.run(), 0);
        awaitTrue(() -> slow.sends.get() >= 2);
        slow.slow = true;
        int sent = slow.sends.get();
        String line = "x".repeat(10_000);
        // more than all that is kept in memory
        for (int chunk = 0; chunk < 120; chunk++) {
            RunEvent[] lines = new RunEvent[20];
            Arrays.fill(lines, DrivenRun.output(line));
            driving.log().append(run.chunk(lines));
        }
        end(run);
        assertThat(slow.sends.get()).isLessThanOrEqualTo(sent + 1);
        long readBefore = instance.reads.get();
        slow.slow = false;
        slow.mayTake.release(1000);
        assertThat(slow.ends()).isTrue();
        assertThat(slow.ids())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, run.run().events()).boxed().toList());
        assertThat(instance.reads.get()).isGreaterThan(readBefore);
    }

    @Test
    void whoLeavesIsForgotten() throws Exception {
        Instance instance = new Instance(Where.DRIVING);
        DrivenRun run = begun();
        Client waiting = instance.follow(run.run(), 0);
        Client stuck = instance.follow(run.run(), 0);
        awaitTrue(() -> waiting.sends.get() >= 2 && stuck.sends.get() >= 2);
        stuck.slow = true;
        driving.log().append(run.lines(1));
        awaitTrue(() -> instance.active() == 2 && waiting.sends.get() >= 3);
        waiting.onClose.run();
        stuck.onClose.run();
        assertThat(waiting.ends()).isTrue();
        assertThat(stuck.ends()).isTrue();
        assertThat(instance.active()).isZero();
    }

    private DrivenRun begun() throws Exception {
        Run run = DrivenRun.requested();
        DrivenRun driven = new DrivenRun(run, driving.leased(run));
        driving.log().append(driven.begin());
        return driven;
    }

    private void end(DrivenRun run) throws Exception {
        driving.log()
                .append(
                        run.chunk(
                                new CommandStarted(1, 1, "a"),
                                new CommandFinished(1, 1, 1),
                                DrivenRun.step(1, "build", 1, StepState.FAILED),
                                DrivenRun.step(2, "test", 0, StepState.ABORTED),
                                RunStateChanged.to(RunState.FAILED)));
        driving.log().append(run.chunk(new RunEnded(RunState.FAILED, run.run().events() + 1)));
    }

    private static void awaitTrue(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }
}
