package dev.runnel.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.EventLog.TextEnd;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
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
