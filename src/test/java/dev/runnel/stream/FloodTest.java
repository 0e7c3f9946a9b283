package dev.runnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestPostgres;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.eventlog.postgres.OpenedLog;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.stream.EventRendering.Framing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A run that prints a line now and then, next to one that prints as fast as it is let.
@Timeout(120)
class FloodTest {
    private static final int LINES = 25;
    private static final StepAttempt ATTEMPT = new StepAttempt(1, 1);
    private static final Pattern LINE = Pattern.compile("\"line\":\"tick (\\d+)\"");

    private final Map<Integer, Long> sent = new ConcurrentHashMap<>();
    private final Map<Integer, Long> ages = new ConcurrentHashMap<>();

    @Test
    void aRunNextToAFloodIsSeenAtOnce() throws Exception {
        Vertx vertx = Vertx.vertx();
        TestPostgres postgres = TestPostgres.migrated();
        AtomicBoolean over = new AtomicBoolean();
        try (OpenedLog log = OpenedLog.over(vertx, postgres);
                RunJournal flooding = begun(log);
                RunJournal ticking = begun(log)) {
            Thread flood =
                    Thread.ofVirtual()
                            .start(() -> {
                                String line = "x".repeat(79);
                                for (long number = 1; !over.get(); number++) {
                                    flooding.output(ATTEMPT, DrivenRun.output(line), 80 * number);
                                }
                            });
            Followers followers =
                    new Followers(log.log(), new Patience(), new SimpleMeterRegistry());
            EventRendering sse = new EventRendering(EventFilter.ALL, Framing.SSE);
            RunStream stream = new RunStream(ticking.run().id(), 0, Long.MAX_VALUE, _ -> sse);
            Reader reader = new Reader();
            Thread follower = Thread.ofVirtual().start(() -> followers.serve(stream, sse, reader));
            for (int tick = 1; tick <= LINES; tick++) {
                Thread.sleep(100);
                sent.put(tick, System.nanoTime());
                ticking.output(ATTEMPT, DrivenRun.output("tick " + tick), 10L * tick);
            }
            awaitAll();
            over.set(true);
            reader.onClose.run();
            follower.join();
            flood.join();
            List<Long> millis =
                    ages.values().stream().map(age -> age / 1_000_000).sorted().toList();
            // the slowest ones say more about the machine
            assertThat(millis.get(LINES / 2)).as("in %s", millis).isLessThan(300);
            assertThat(flooding.run().events()).isGreaterThan(10_000);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static RunJournal begun(OpenedLog log) {
        Run run = DrivenRun.requested();
        RunJournal journal = new RunJournal(log.log(), run, log.leased(run), Clock.systemUTC());
        journal.write(RunStateChanged.to(RunState.PENDING));
        journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
        journal.write(new PipelineRead("0".repeat(40), DrivenRun.pipeline()));
        journal.write(DrivenRun.step(1, "build", 1, StepState.IN_PROGRESS));
        return journal;
    }

    private void awaitAll() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (ages.size() < LINES) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private final class Reader implements Followers.Wire {
        private volatile Runnable onClose = () -> {};

        @Override
        public void send(byte[] bytes) {
            long now = System.nanoTime();
            Matcher line = LINE.matcher(new String(bytes, StandardCharsets.UTF_8));
            while (line.find()) {
                int tick = Integer.parseInt(line.group(1));
                ages.put(tick, now - sent.getOrDefault(tick, now));
            }
        }

        @Override
        public void onClose(Runnable listener) {
            onClose = listener;
        }
    }

    private static final class Patience implements StreamSettings {
        @Override
        public Duration keepAlive() {
            return Duration.ofSeconds(10);
        }

        @Override
        public Duration searchTime() {
            return Duration.ofSeconds(10);
        }
    }
}
