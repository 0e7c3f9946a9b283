package dev.runnel.stream;

import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/// Output as text, each line with its time in front. For one follower, since it remembers whether a
/// line is open.
public final class TimedText implements Rendering {
    private final LogText text;
    private final Rfc3339 times = new Rfc3339();
    private boolean open;

    /// @param text says which output
    public TimedText(LogText text) {
        this.text = text;
    }

    @Override
    public Set<Integer> steps() {
        return text.steps();
    }

    @Override
    public byte[] opening() {
        return NOTHING;
    }

    @Override
    public byte[] keepAlive() {
        return NOTHING;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public byte[] render(RunId run, List<RecordedEvent> events) {
        StringBuilder lines = new StringBuilder();
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof OutputWritten written && text.wants(written)) {
                if (!open) {
                    lines.append(times.text(recorded.at())).append(' ');
                }
                LogText.append(written.line(), lines);
                open = written.line().end() == End.NONE;
            }
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}
