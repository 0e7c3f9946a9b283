package dev.runnel.eventlog.postgres;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/// Turns events into the payload of a chunk and back.
///
/// A payload is JSON, one value a line. The first line is the time of the first event in
/// microseconds since 1970; each further line is an event, which begins with the microseconds since
/// the one before:
///
/// - output, nearly all of what there is, is an array: `[µs,step,command,channel,"text"]`, where
///   the channel is 1 or 2; `,end,replaced` follow when the line does not simply end with a line
///   feed, end being 1 for a carriage return and 2 for nothing, replaced 0 or 1
/// - everything else is an object; see [StoredEvent]
///
/// What is stored stays readable: a new shape gets a new encoding number or a new type.
final class EventCodec {
    /// The JSON as it is.
    static final short PLAIN = 1;

    /// The JSON deflated, without a zlib header.
    static final short DEFLATED = 2;

    private static final int SMALL = 256;
    // what is around the text of a line, about
    private static final int OUTPUT_FRAME = 24;
    private static final int BUFFER = 16 * 1024;
    private static final JsonMapper JSON =
            new JsonMapper(new JsonFactoryBuilder().rootValueSeparator("\n").build());

    private EventCodec() {}

    /// What the columns `encoding` and `payload` hold.
    record Encoded(short encoding, Buffer payload) {}

    static Encoded encode(List<RecordedEvent> events) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(room(events));
        try (JsonGenerator out = JSON.createGenerator(plain)) {
            long before = micros(events.getFirst().at());
            out.writeNumber(before);
            for (RecordedEvent recorded : events) {
                long at = micros(recorded.at());
                if (recorded.event() instanceof OutputWritten output) {
                    writeOutput(out, at - before, output);
                } else {
                    StoredEvent.write(out, at - before, recorded.event());
                }
                before = at;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return packed(plain);
    }

    // a buffer that is large enough at once is not copied
    private static int room(List<RecordedEvent> events) {
        int bytes = SMALL;
        for (RecordedEvent recorded : events) {
            bytes +=
                    recorded.event() instanceof OutputWritten output
                            ? OUTPUT_FRAME + output.line().text().length()
                            : SMALL;
        }
        return bytes;
    }

    /// Reads the events of a payload.
    ///
    /// @param firstSeq number of the first one
    /// @param after those up to this number are left out
    /// @throws IllegalStateException when a newer Runnel wrote something that this one does not
    ///   know
    static List<RecordedEvent> decode(Encoded encoded, long firstSeq, long after) {
        List<RecordedEvent> events = new ArrayList<>();
        try (JsonParser in = JSON.createParser(unpacked(encoded))) {
            in.nextToken();
            long at = in.getLongValue();
            long seq = firstSeq;
            JsonToken start = in.nextToken();
            while (start != null) {
                if (start == JsonToken.START_ARRAY) {
                    at += in.nextLongValue(0);
                    OutputWritten output = readOutput(in);
                    if (seq > after) {
                        events.add(new RecordedEvent(seq, instant(at), output));
                    }
                } else {
                    StoredEvent stored = StoredEvent.of(JSON.readTree(in));
                    at += stored.microsBetween();
                    if (seq > after) {
                        events.add(new RecordedEvent(seq, instant(at), stored.event()));
                    }
                }
                seq++;
                start = in.nextToken();
            }
            return events;
        } catch (IOException e) {
            throw new IllegalStateException("the chunk from event " + firstSeq + " is damaged", e);
        }
    }

    private static void writeOutput(JsonGenerator out, long micros, OutputWritten output)
            throws IOException {
        OutputLine line = output.line();
        out.writeStartArray();
        out.writeNumber(micros);
        out.writeNumber(output.step());
        out.writeNumber(output.command());
        out.writeNumber(
                switch (output.channel()) {
                    case STDOUT -> 1;
                    case STDERR -> 2;
                });
        out.writeString(line.text());
        if (line.end() != End.NEWLINE || line.replaced()) {
            out.writeNumber(
                    switch (line.end()) {
                        case NEWLINE -> 0;
                        case RETURN -> 1;
                        case NONE -> 2;
                    });
            out.writeNumber(line.replaced() ? 1 : 0);
        }
        out.writeEndArray();
    }

    private static OutputWritten readOutput(JsonParser in) throws IOException {
        int step = in.nextIntValue(0);
        int command = in.nextIntValue(0);
        OutputChannel channel =
                in.nextIntValue(0) == 1 ? OutputChannel.STDOUT : OutputChannel.STDERR;
        String text = in.nextTextValue();
        End end = End.NEWLINE;
        boolean replaced = false;
        if (in.nextToken() != JsonToken.END_ARRAY) {
            end =
                    switch (in.getIntValue()) {
                        case 0 -> End.NEWLINE;
                        case 1 -> End.RETURN;
                        default -> End.NONE;
                    };
            replaced = in.nextIntValue(0) == 1;
            in.nextToken();
        }
        return new OutputWritten(step, command, channel, new OutputLine(text, end, replaced));
    }

    private static Encoded packed(ByteArrayOutputStream plain) {
        if (plain.size() <= SMALL) {
            return new Encoded(PLAIN, Buffer.buffer(plain.toByteArray()));
        }
        ByteArrayOutputStream deflated = new ByteArrayOutputStream(BUFFER);
        try (Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
                OutputStream to = new DeflaterOutputStream(deflated, deflater, BUFFER)) {
            plain.writeTo(to);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return new Encoded(DEFLATED, Buffer.buffer(deflated.toByteArray()));
    }

    private static InputStream unpacked(Encoded encoded) {
        ByteArrayInputStream payload = new ByteArrayInputStream(encoded.payload().getBytes());
        return switch (encoded.encoding()) {
            case PLAIN -> payload;
            case DEFLATED -> new InflaterInputStream(payload, new Inflater(true), BUFFER);
            default ->
                    throw new IllegalStateException(
                            "a chunk has encoding "
                                    + encoded.encoding()
                                    + ", which a newer Runnel wrote; update this one");
        };
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
