package dev.runnel.run;

/// One line of output, or a piece of one, without its line end.
///
/// @param text decoded as UTF-8; terminal control sequences are kept
/// @param end what followed the text
/// @param replaced whether bytes that are not UTF-8 were replaced by U+FFFD
public record OutputLine(String text, End end, boolean replaced) {
    /// What followed a piece of output.
    public enum End {
        /// A line feed, or carriage return and line feed: the line is complete.
        NEWLINE,
        /// A lone carriage return: the next line of this stream is written over this one.
        RETURN,
        /// Nothing yet: the next line of this stream continues this one.
        NONE
    }

    /// A complete line.
    public static OutputLine of(String text) {
        return new OutputLine(text, End.NEWLINE, false);
    }
}
