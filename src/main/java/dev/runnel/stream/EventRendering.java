package dev.runnel.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// Events as JSON objects, framed one way or the other.
///
/// @param filter which events
/// @param framing what is around each object
public record EventRendering(EventFilter filter, Framing framing) implements Rendering {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    // the default pool is one per thread, and every follower has a thread
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                    .build();
    private static final byte[] RETRY = "retry: 1000\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] COMMENT = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] EMPTY_LINE = "\n".getBytes(StandardCharsets.UTF_8);
    private static final int BYTES_AROUND = 240;

    /// What is around each object.
    public enum Framing {
        /// Server-sent events: `id`, `event` and `data`, then an empty line.
        SSE,
        /// One object a line. An empty line says that the stream is alive.
        NDJSON
    }

    @Override
    public Set<Integer> steps() {
        return filter.steps();
    }

    @Override
    public byte[] opening() {
        return switch (framing) {
            case SSE -> RETRY;
            case NDJSON -> NOTHING;
        };
    }

    @Override
    public byte[] keepAlive() {
        return switch (framing) {
            case SSE -> COMMENT;
            case NDJSON -> EMPTY_LINE;
        };
    }

    @Override
    public byte[] render(RunId run, List<RecordedEvent> events) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(room(events));
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.setRootValueSeparator(null);
            EventJson objects = new EventJson(run);
            for (RecordedEvent event : events) {
                if (filter.admits(event.event())) {
                    frame(event, objects, json);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    // a buffer that is large enough at once is not copied
    private static int room(List<RecordedEvent> events) {
        int bytes = 0;
        for (RecordedEvent recorded : events) {
            bytes += BYTES_AROUND;
            if (recorded.event() instanceof OutputWritten output) {
                bytes += output.line().text().length();
            }
        }
        return bytes;
    }

    private void frame(RecordedEvent event, EventJson objects, JsonGenerator json)
            throws IOException {
        EventType type = EventType.of(event.event());
        switch (framing) {
            case SSE -> {
                json.writeRaw("id: ");
                json.writeRaw(Long.toString(event.seq()));
                json.writeRaw("\nevent: ");
                json.writeRaw(type.text());
                json.writeRaw("\ndata: ");
                objects.write(event, type, json);
                json.writeRaw("\n\n");
            }
            case NDJSON -> {
                objects.write(event, type, json);
                json.writeRaw('\n');
            }
        }
    }
}
