package dev.runnel.logtext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestPostgres;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.postgres.OpenedLog;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Places by time in a log of 400 chunks.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TimeSpanTest {
    private static final int CHUNKS = 400;

    private final Vertx vertx = Vertx.vertx();
    private final OpenedLog opened = OpenedLog.over(vertx, TestPostgres.migrated());
    private Run run = DrivenRun.requested();

    @BeforeAll
    void write() throws Exception {
        DrivenRun driven = new DrivenRun(run, opened.leased(run));
        opened.log().append(driven.begin());
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            opened.log().append(driven.lines(1 + chunk % 9));
        }
        run = driven.run();
    }

    @AfterAll
    void close() {
        opened.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aTimeIsFoundWithAFewReads() {
        long end = run.events();
        for (long seq = 1; seq <= end; seq += 41) {
            RecordedEvent event = opened.log().read(run.id(), seq - 1, 1).getFirst();
            long before = opened.chunkReads().get();
            assertThat(from(event.at())).isEqualTo(seq - 1);
            assertThat(to(event.at())).isEqualTo(seq - 1);
            assertThat(from(event.at().plusNanos(1000))).isEqualTo(seq);
            long reads = opened.chunkReads().get() - before;
            assertThat(reads).isPositive().isLessThanOrEqualTo(3 * 12);
        }
    }

    @Test
    void timesBeyondTheLogAreItsEnds() {
        assertThat(from(Instant.EPOCH)).isZero();
        assertThat(to(Instant.EPOCH)).isZero();
        assertThat(from(Instant.MAX)).isEqualTo(run.events());
        assertThat(to(Instant.MAX)).isEqualTo(run.events());
        assertThat(TimeSpan.ALL.after(opened.log(), run.id(), run.events())).isZero();
        assertThat(TimeSpan.ALL.until(opened.log(), run.id(), run.events()))
                .isEqualTo(run.events());
    }

    @Test
    void whatIsStoredAfterTheGivenEndDoesNotCount() {
        List<RecordedEvent> all = opened.log().read(run.id(), 0, 10_000);
        for (int end : new int[] {0, 1, 4, 5, 100}) {
            assertThat(
                            new TimeSpan(Optional.of(Instant.MAX), Optional.empty())
                                    .after(opened.log(), run.id(), end))
                    .isEqualTo(end);
            assertThat(
                            new TimeSpan(Optional.of(all.get(200).at()), Optional.empty())
                                    .after(opened.log(), run.id(), end))
                    .isEqualTo(end);
        }
    }

    private long from(Instant time) {
        return new TimeSpan(Optional.of(time), Optional.empty())
                .after(opened.log(), run.id(), run.events());
    }

    private long to(Instant time) {
        return new TimeSpan(Optional.empty(), Optional.of(time))
                .until(opened.log(), run.id(), run.events());
    }
}
