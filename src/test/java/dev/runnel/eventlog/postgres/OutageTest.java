package dev.runnel.eventlog.postgres;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.StoppablePostgres;
import dev.runnel.database.Database;
import dev.runnel.database.Notices;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Postgres goes away and comes back, under a server of its own.
@Timeout(120)
class OutageTest {
    private static final Duration OUTAGE = Duration.ofSeconds(5);

    @TempDir private Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private StoppablePostgres server;
    private TestRuns runs;

    @BeforeEach
    void start() {
        server = new StoppablePostgres(folder);
        server.database().migrate();
        runs = new TestRuns(server.database());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get();
        server.close();
    }

    private EventLog open() {
        Pool pool = server.database().pool(vertx, 4);
        Notices notices = new Notices(vertx, pool);
        opened.add(notices);
        opened.add(() -> pool.close().toCompletionStage().toCompletableFuture().get());
        return new PostgresEventLog(new Database(pool), notices);
    }

    @Test
    void nothingIsLostOrDoubledAndFollowersGoOn() throws Exception {
        EventLog writerLog = open();
        EventLog readerLog = open();
        Run run = DrivenRun.requested();
        long fence = runs.leased(run);
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> written = threads.submit(() -> write(writerLog, run, fence, stop));
            Future<List<RecordedEvent>> followed =
                    threads.submit(() -> follow(readerLog, run.id()));

            awaitLines(writerLog, run.id(), 50);
            server.stop();
            Thread.sleep(OUTAGE);
            server.restart();
            long atRestart = readable(writerLog, run.id());
            awaitLines(writerLog, run.id(), atRestart + 50);
            stop.set(true);

            int lines = written.get(30, SECONDS);
            List<RecordedEvent> stored = followed.get(30, SECONDS);
            assertThat(stored.stream().map(RecordedEvent::seq))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, stored.size()).boxed().toList());
            assertThat(
                            stored.stream()
                                    .map(RecordedEvent::event)
                                    .map(OutputWritten.class::cast)
                                    .map(output -> output.line().text()))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(0, lines)
                                    .mapToObj(line -> line == lines ? "end" : "line " + line)
                                    .toList());
        }
    }

    /// Writes lines, as fast as they are stored, until told to stop.
    private static int write(EventLog log, Run run, long fence, AtomicBoolean stop)
            throws InterruptedException {
        int line = 0;
        try (RunJournal journal = new RunJournal(log, run, fence, Clock.systemUTC())) {
            while (!stop.get()) {
                journal.write(DrivenRun.output("line " + line++));
                journal.flush();
            }
            journal.write(DrivenRun.output("end"));
        }
        return line;
    }

    private static List<RecordedEvent> follow(EventLog log, RunId run) throws InterruptedException {
        List<RecordedEvent> seen = new ArrayList<>();
        try (Watch watch = log.watch(run)) {
            while (seen.isEmpty() || !isEnd(seen.getLast())) {
                try {
                    List<RecordedEvent> page = log.read(run, seen.size(), 100);
                    seen.addAll(page);
                    if (page.isEmpty()) {
                        watch.await(seen.size(), Duration.ofSeconds(30));
                    }
                } catch (LogUnavailable e) {
                    watch.await(seen.size(), Duration.ofMillis(200));
                }
            }
        }
        return seen;
    }

    private static boolean isEnd(RecordedEvent event) {
        return event.event().equals(DrivenRun.output("end"));
    }

    @Test
    void readersHearWithinSecondsThatTheDatabaseIsAway() throws Exception {
        EventLog log = open();
        Run run = DrivenRun.requested();
        runs.leased(run);
        assertThat(log.read(run.id(), 0, 10)).isEmpty();
        server.stop();
        long began = System.nanoTime();
        assertThatThrownBy(() -> log.read(run.id(), 0, 10)).isInstanceOf(LogUnavailable.class);
        assertThatThrownBy(() -> log.positions(run.id())).isInstanceOf(LogUnavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void anAppendThatWaitsForTheDatabaseCanBeInterrupted() throws Exception {
        EventLog log = open();
        DrivenRun driven = driven();
        log.append(driven.lines(1));
        server.stop();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> append =
                    threads.submit(() -> {
                        log.append(driven.lines(1));
                        return null;
                    });
            Thread.sleep(Duration.ofMillis(500));
            assertThat(append.isDone()).isFalse();
            threads.shutdownNow();
            assertThatThrownBy(() -> append.get(10, SECONDS))
                    .hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void whoeverWasDeafIsToldOfTheRunsThatGrewMeanwhile() throws Exception {
        EventLog writer = open();
        EventLog listening = open();
        BlockingQueue<RunId> news = new LinkedBlockingQueue<>();
        DrivenRun first = driven();
        // as by an instance that died before it could send its notice
        Run silent = DrivenRun.requested();
        runs.leased(silent);
        try (AutoCloseable _ = listening.onAppend(news::add)) {
            writer.append(first.lines(1));
            while (!first.id().equals(news.take())) {
                // what it is told when it begins to listen
            }
            news.clear();
            server.stop();
            server.restart();
            while (!silent.id().equals(news.take())) {
                // others may be told of as well
            }
        }
    }

    private DrivenRun driven() {
        Run run = DrivenRun.requested();
        return new DrivenRun(run, runs.leased(run));
    }

    private static void awaitLines(EventLog log, RunId run, long lines)
            throws InterruptedException {
        while (readable(log, run) < lines) {
            Thread.sleep(20);
        }
    }

    private static long readable(EventLog log, RunId run) {
        long last = 0;
        try {
            List<RecordedEvent> page = log.read(run, last, 1000);
            while (!page.isEmpty()) {
                last = page.getLast().seq();
                page = log.read(run, last, 1000);
            }
        } catch (LogUnavailable e) {
            return last;
        }
        return last;
    }
}
