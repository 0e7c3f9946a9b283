package dev.runnel.api.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runnel.logtext.LogSearch.Found;
import dev.runnel.logtext.LogSearch.Match;
import dev.runnel.run.OutputChannel;
import dev.runnel.stream.Rfc3339;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What a search found.
///
/// @param matches in the order of the log
@Schema(name = "LogMatches")
record SearchJson(
        List<MatchJson> matches,
        @Schema(description = "Whether there are more than `limit`.") boolean more) {

    /// One line.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "LogMatch")
    record MatchJson(
            @Schema(
                            description =
                                    "Number of the line, from 1, in the text that `/log` gives"
                                            + " with the same `step` and `stream`.")
                    long line,
            @Schema(description = "Where it begins in the line, from 1.") int column,
            @Schema(description = "Number of the event with which the line begins.") long seq,
            @Schema(format = "date-time") String at,
            int step,
            int command,
            @Schema(enumeration = {"stdout", "stderr"}) String stream,
            @Schema(description = "The line, at most 2,000 characters of it.") String text,
            @Schema(description = "True when the text is only the beginning of the line.")
                    Optional<Boolean> cut) {
        private static MatchJson of(Match match) {
            return new MatchJson(
                    match.line(),
                    match.column(),
                    match.seq(),
                    Rfc3339.of(match.at()),
                    match.step(),
                    match.command(),
                    match.channel() == OutputChannel.STDOUT ? "stdout" : "stderr",
                    match.text(),
                    match.cut() ? Optional.of(true) : Optional.empty());
        }
    }

    static SearchJson of(Found found) {
        return new SearchJson(found.matches().stream().map(MatchJson::of).toList(), found.more());
    }
}
