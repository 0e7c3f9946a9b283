package dev.runnel.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.EventLog.TextEnd;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.StepState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What every event log knows of places in it.
public abstract class LogPlacesContract {

    /// The log under test.
    protected abstract EventLog log();

    /// Stores a new run and leases it.
    ///
    /// @return the fence
    protected abstract long leased(Run run);

    protected DrivenRun driven() {
        Run run = DrivenRun.requested();
        return new DrivenRun(run, leased(run));
    }

    @Test
    void eventsAreReadBackwardsFromAnyPlace() throws Exception {
        DrivenRun run = driven();
        for (int chunk = 0; chunk < 30; chunk++) {
            log().append(run.lines(7));
        }
        List<RecordedEvent> all = log().read(run.id(), 0, 1000);
        for (int before : new int[] {1, 2, 7, 8, 9, 100, 210, 211}) {
            for (int atMost : new int[] {1, 7, 50, 1000}) {
                List<RecordedEvent> read = log().readBefore(run.id(), before, atMost);
                assertThat(read).isEqualTo(all.subList(before - 1 - read.size(), before - 1));
                assertThat(read.size())
                        .isBetween(Math.min(before - 1, atMost), Math.min(before - 1, atMost + 7));
            }
        }
        assertThat(log().readBefore(DrivenRun.requested().id(), 10, 5)).isEmpty();
    }

    @Test
    void eventsOfOtherStepsArePassedOver() throws Exception {
        DrivenRun run = driven();
        log().append(run.begin());
        log().append(run.chunk(DrivenRun.step(2, "test", 1, StepState.IN_PROGRESS)));
        for (int chunk = 0; chunk < 20; chunk++) {
            log().append(run.lines(5));
        }
        long first = run.run().events();
        log().append(run.chunk(outputOf(2), outputOf(1)));
        long last = run.run().events();
        for (int chunk = 0; chunk < 20; chunk++) {
            log().append(run.lines(5));
        }
        long end = run.run().events();
        List<RecordedEvent> all = log().read(run.id(), 0, 1000);
        for (Set<Integer> steps : List.of(Set.of(1), Set.of(2), Set.of(3), Set.of(2, 3))) {
            for (long place = 0; place <= end; place++) {
                long to = log().passOver(run.id(), place, steps);
                assertThat(to).isBetween(place, end);
                assertThat(all.subList((int) place, (int) to)).noneMatch(isOf(steps));
                long from = log().passOverBefore(run.id(), place + 1, steps);
                assertThat(from).isBetween(1L, place + 1);
                assertThat(all.subList((int) from - 1, (int) place)).noneMatch(isOf(steps));
            }
        }
        assertThat(log().passOver(run.id(), 10, Set.of(2))).isEqualTo(first);
        assertThat(log().passOver(run.id(), last, Set.of(2))).isEqualTo(end);
        assertThat(log().passOver(run.id(), 10, Set.of(3))).isEqualTo(end);
        // the end of the chunk in which the wanted event is, or nearer
        assertThat(log().passOverBefore(run.id(), end, Set.of(2))).isBetween(last, last + 1);
        assertThat(log().passOver(DrivenRun.requested().id(), 0, Set.of(1))).isZero();
        assertThat(log().passOverBefore(DrivenRun.requested().id(), 1, Set.of(1))).isOne();
    }

    private static Predicate<RecordedEvent> isOf(Set<Integer> steps) {
        return event -> event.event().step() == 0 || steps.contains(event.event().step());
    }

    private static OutputWritten outputOf(int step) {
        return new OutputWritten(step, 1, OutputChannel.STDOUT, OutputLine.of("of " + step));
    }

    @Test
    void placesOfTheTextAreFound() throws Exception {
        DrivenRun run = driven();
        log().append(run.begin());
        assertThat(log().textEnd(run.id())).contains(new TextEnd(4, 0));
        StringBuilder text = new StringBuilder();
        for (int chunk = 0; chunk < 20; chunk++) {
            log().append(
                            run.chunk(
                                    output("aé😀€" + chunk, End.NEWLINE),
                                    output("x".repeat(chunk * 300), End.RETURN),
                                    output("\uD83D|", End.NONE)));
            text.append("aé😀€").append(chunk).append('\n');
            text.append("x".repeat(chunk * 300)).append("\r?|");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(log().textEnd(run.id())).contains(new TextEnd(64, bytes.length));
        for (int offset = 0; offset < bytes.length; offset += 37) {
            TextEnd place = log().textBefore(run.id(), offset);
            assertThat(place.bytes()).isLessThanOrEqualTo(offset);
            String before = text(log().read(run.id(), 0, 1000), place.seq());
            assertThat(before.getBytes(StandardCharsets.UTF_8).length).isEqualTo(place.bytes());
        }
        // no further back than the chunk in which it is
        assertThat(log().textBefore(run.id(), bytes.length - 1).seq()).isGreaterThan(60);
    }

    @Test
    void aLogThatIsNotThereHasNoText() {
        assertThat(log().textEnd(DrivenRun.requested().id()).filter(end -> end.bytes() > 0))
                .isEqualTo(Optional.empty());
    }

    private static String text(List<RecordedEvent> events, long until) {
        StringBuilder text = new StringBuilder();
        for (RecordedEvent recorded : events) {
            if (recorded.seq() <= until && recorded.event() instanceof OutputWritten output) {
                text.append(output.line().text());
                switch (output.line().end()) {
                    case NEWLINE -> text.append('\n');
                    case RETURN -> text.append('\r');
                    case NONE -> {}
                }
            }
        }
        return text.toString();
    }

    private static OutputWritten output(String text, End end) {
        return new OutputWritten(1, 1, OutputChannel.STDOUT, new OutputLine(text, end, false));
    }
}
