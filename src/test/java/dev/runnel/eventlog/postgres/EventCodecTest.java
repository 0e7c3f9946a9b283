package dev.runnel.eventlog.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.eventlog.SampleEvents;
import dev.runnel.eventlog.postgres.EventCodec.Encoded;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EventCodecTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678901Z");

    @Test
    void everyTypeOfEventComesBackAsItWas() {
        for (long seed = 0; seed < 300; seed++) {
            List<RunEvent> events = new SampleEvents(new Random(seed)).oneOfEachType();
            assertThat(events.stream().map(RunEvent::getClass).distinct())
                    .as("types that are tried")
                    .containsExactlyInAnyOrderElementsOf(
                            Arrays.asList(RunEvent.class.getPermittedSubclasses()).stream()
                                    .<Class<? extends RunEvent>>map(
                                            type -> type.asSubclass(RunEvent.class))
                                    .toList());
            List<RecordedEvent> recorded = recorded(41, events);
            assertThat(EventCodec.decode(EventCodec.encode(recorded), 41, 40))
                    .as("seed %d", seed)
                    .isEqualTo(recorded);
        }
    }

    @Test
    void everyCharacterOfALineComesBack() {
        StringBuilder every = new StringBuilder();
        for (int character = 0; character <= 0xFFFF; character++) {
            every.append((char) character);
        }
        String all = every.toString();
        List<RunEvent> lines = new ArrayList<>();
        for (String text :
                List.of(all, "", "\0", "\uD800", "\uDFFF", "\uDE00\uD83D", "😀", "\"\\\n\r\t")) {
            lines.add(output(text));
        }
        List<RecordedEvent> recorded = recorded(1, lines);
        assertThat(EventCodec.decode(EventCodec.encode(recorded), 1, 0)).isEqualTo(recorded);
    }

    @Test
    void aChunkOfTheLongestLinesComesBack() {
        Random random = new Random(7);
        List<RunEvent> lines = new ArrayList<>();
        for (int line = 0; line < 20; line++) {
            StringBuilder text = new StringBuilder();
            while (text.length() < 16 * 1024) {
                text.append((char) (32 + random.nextInt(95)));
            }
            lines.add(output(text.toString()));
        }
        List<RecordedEvent> recorded = recorded(1, lines);
        assertThat(EventCodec.decode(EventCodec.encode(recorded), 1, 0)).isEqualTo(recorded);
    }

    @Test
    void timesMayStandStillOrGoBack() {
        List<RecordedEvent> recorded =
                List.of(
                        new RecordedEvent(1, START, output("a")),
                        new RecordedEvent(2, START, output("b")),
                        new RecordedEvent(3, START.minusSeconds(5), output("c")),
                        new RecordedEvent(4, Instant.parse("1969-12-31T23:59:59.5Z"), output("d")));
        assertThat(EventCodec.decode(EventCodec.encode(recorded), 1, 0)).isEqualTo(recorded);
    }

    @Test
    void readingBeginsInTheMiddle() {
        List<RecordedEvent> recorded =
                recorded(10, List.of(output("a"), output("b"), output("c"), output("d")));
        Encoded encoded = EventCodec.encode(recorded);
        assertThat(EventCodec.decode(encoded, 10, 11)).isEqualTo(recorded.subList(2, 4));
        assertThat(EventCodec.decode(encoded, 10, 13)).isEmpty();
    }

    @Test
    void muchOutputIsPackedAndLittleIsNot() {
        List<RunEvent> lines =
                LongStream.range(0, 1000)
                        .<RunEvent>mapToObj(number -> output("compiling module " + number))
                        .toList();
        Encoded much = EventCodec.encode(recorded(1, lines));
        assertThat(much.encoding()).isEqualTo(EventCodec.DEFLATED);
        assertThat(much.payload().length()).isLessThan(15 * 1000);

        Encoded little = EventCodec.encode(recorded(1, List.of(output("x"))));
        assertThat(little.encoding()).isEqualTo(EventCodec.PLAIN);
        assertThat(little.payload().toString()).isEqualTo("1767323045680135\n[0,1,1,1,\"x\"]");
    }

    @Test
    void aTypeFromTheFutureIsNamed() {
        Encoded future =
                new Encoded(EventCodec.PLAIN, Buffer.buffer("1\n{\"t\":\"teleported\",\"d\":0}"));
        assertThatThrownBy(() -> EventCodec.decode(future, 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'teleported'")
                .hasMessageContaining("newer Runnel");
    }

    @Test
    void aReasonFromTheFutureIsNamed() {
        String json = "1\n{\"t\":\"run\",\"d\":0,\"state\":\"FAILED\",\"reason\":\"bored\"}";
        assertThatThrownBy(() ->
                        EventCodec.decode(new Encoded(EventCodec.PLAIN, Buffer.buffer(json)), 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'bored'");
    }

    @Test
    void anEncodingFromTheFutureIsNamed() {
        assertThatThrownBy(
                        () -> EventCodec.decode(new Encoded((short) 99, Buffer.buffer("?")), 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("encoding 99");
    }

    @Test
    void aDamagedChunkSaysWhichOneItIs() {
        Encoded whole =
                EventCodec.encode(
                        recorded(7, List.of(output("a".repeat(300)), output("b".repeat(300)))));
        Encoded cut = new Encoded(whole.encoding(), whole.payload().getBuffer(0, 20));
        assertThatThrownBy(() -> EventCodec.decode(cut, 7, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("event 7");
    }

    private static OutputWritten output(String text) {
        return new OutputWritten(1, 1, OutputChannel.STDOUT, OutputLine.of(text));
    }

    private static List<RecordedEvent> recorded(long first, List<RunEvent> events) {
        List<RecordedEvent> recorded = new ArrayList<>();
        for (RunEvent event : events) {
            long seq = first + recorded.size();
            recorded.add(new RecordedEvent(seq, START.plusNanos(seq * 1_234_000), event));
        }
        return recorded;
    }
}
