package dev.runnel.api.log;

import dev.runnel.api.LogParameters;
import dev.runnel.logtext.TimeSpan;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import dev.runnel.run.OutputChannel;
import dev.runnel.stream.LogText;
import dev.runnel.stream.Rendering;
import dev.runnel.stream.TimedText;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// How a log is wanted.
///
/// @param text which output
/// @param times when it was written
/// @param timestamps whether each line has its time in front
/// @param follow whether to go on until the run ends
/// @param tail only so many lines, the last ones
/// @param download as a file
record LogQuery(
        LogText text,
        TimeSpan times,
        boolean timestamps,
        boolean follow,
        OptionalLong tail,
        Optional<Download> download) {
    private static final List<String> STREAMS = List.of("stdout", "stderr");
    private static final List<String> BOOLEANS = List.of("true", "false");
    private static final List<String> DOWNLOADS = List.of("text", "gzip");

    /// A kind of file.
    enum Download {
        /// As it is.
        TEXT,
        /// Compressed.
        GZIP
    }

    /// Reads the query.
    ///
    /// @throws RequestRefused when a value is not one that its parameter takes
    static LogQuery read(MultivaluedMap<String, String> query) {
        return new LogQuery(
                text(query),
                LogParameters.times(query),
                flag("timestamps", query),
                flag("follow", query),
                tail(query),
                download(query));
    }

    /// Which output is asked for.
    static LogText text(MultivaluedMap<String, String> query) {
        return new LogText(LogParameters.steps(query), channels(query));
    }

    /// A rendering for one answer.
    Rendering rendering() {
        return timestamps ? new TimedText(text) : text;
    }

    /// Whether it is the text of the whole log, whose places the log knows.
    boolean isWhole() {
        return !timestamps && text.equals(LogText.ALL);
    }

    /// Whether it may be asked for by ranges of bytes.
    boolean hasRanges() {
        return !follow && tail.isEmpty() && download.isEmpty() && times.equals(TimeSpan.ALL);
    }

    /// A parameter that is `true` or `false`, and false when left out.
    static boolean flag(String name, MultivaluedMap<String, String> query) {
        String word = query.getOrDefault(name, List.of("false")).getFirst();
        if (!BOOLEANS.contains(word)) {
            throw RequestRefused.parameter(
                    name, "'" + word + "' is neither true nor false", "give true or false");
        }
        return Boolean.parseBoolean(word);
    }

    private static OptionalLong tail(MultivaluedMap<String, String> query) {
        if (!query.containsKey("tail")) {
            return OptionalLong.empty();
        }
        String text = query.getFirst("tail");
        try {
            long lines = Long.parseLong(text);
            if (lines >= 1) {
                return OptionalLong.of(lines);
            }
        } catch (NumberFormatException e) {
            // told below like a number that is too small
        }
        throw RequestRefused.parameter(
                "tail", "'" + text + "' is not a number of lines", "give a number from 1");
    }

    private static Optional<Download> download(MultivaluedMap<String, String> query) {
        if (!query.containsKey("download")) {
            return Optional.empty();
        }
        String word = query.getFirst("download");
        if (!DOWNLOADS.contains(word)) {
            throw RequestRefused.parameter(
                    "download",
                    "there is no download '" + word + "'",
                    Spelling.hint(word, DOWNLOADS));
        }
        return Optional.of(Download.valueOf(word.toUpperCase(Locale.ROOT)));
    }

    private static Set<OutputChannel> channels(MultivaluedMap<String, String> query) {
        Set<OutputChannel> channels = EnumSet.noneOf(OutputChannel.class);
        LogParameters.words("stream", query).forEach(word -> channels.add(channel(word)));
        return channels;
    }

    private static OutputChannel channel(String word) {
        return switch (STREAMS.indexOf(word)) {
            case 0 -> OutputChannel.STDOUT;
            case 1 -> OutputChannel.STDERR;
            default ->
                    throw RequestRefused.parameter(
                            "stream",
                            "there is no stream '" + word + "'",
                            Spelling.hint(word, STREAMS));
        };
    }
}
