package dev.runnel.stream;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// Output as text, with its line ends put back, as a terminal would have shown it: pieces of a line
/// are joined, lone carriage returns and control sequences are kept.
///
/// @param steps numbers of the wanted steps; empty for all
/// @param channels the wanted channels; empty for both
public record LogText(Set<Integer> steps, Set<OutputChannel> channels) implements Rendering {
    /// All output.
    public static final LogText ALL = new LogText(Set.of(), Set.of());

    public LogText {
        steps = Set.copyOf(steps);
        channels = Set.copyOf(channels);
    }

    @Override
    public byte[] opening() {
        return NOTHING;
    }

    /// Nothing can be put into a text that does not belong to it.
    @Override
    public byte[] keepAlive() {
        return NOTHING;
    }

    @Override
    public byte[] render(RunId run, List<RecordedEvent> events) {
        StringBuilder text = new StringBuilder();
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof OutputWritten written && wants(written)) {
                append(written.line(), text);
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Whether this output is wanted.
    public boolean wants(OutputWritten written) {
        return (steps.isEmpty() || steps.contains(written.step()))
                && (channels.isEmpty() || channels.contains(written.channel()));
    }

    static void append(OutputLine line, StringBuilder text) {
        text.append(line.text());
        switch (line.end()) {
            case NEWLINE -> text.append('\n');
            case RETURN -> text.append('\r');
            case NONE -> {}
        }
    }
}
