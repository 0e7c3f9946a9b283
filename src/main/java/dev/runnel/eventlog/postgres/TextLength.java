package dev.runnel.eventlog.postgres;

import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import java.util.List;

/// How many bytes output has as text.
final class TextLength {
    private TextLength() {}

    static long of(List<RecordedEvent> events) {
        long bytes = 0;
        for (RecordedEvent recorded : events) {
            if (recorded.event() instanceof OutputWritten output) {
                OutputLine line = output.line();
                bytes += utf8(line.text()) + (line.end() == End.NONE ? 0 : 1);
            }
        }
        return bytes;
    }

    /// As many as `String.getBytes` gives, which puts one byte for half a surrogate pair.
    private static long utf8(String text) {
        int length = text.length();
        long bytes = length;
        for (int at = 0; at < length; at++) {
            char one = text.charAt(at);
            if (one < 0x80) {
                continue;
            }
            if (one < 0x800) {
                bytes++;
            } else if (!Character.isSurrogate(one)) {
                bytes += 2;
            } else if (Character.isHighSurrogate(one)
                    && at + 1 < length
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                bytes += 2;
                at++;
            }
        }
        return bytes;
    }
}
