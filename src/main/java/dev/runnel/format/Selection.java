package dev.runnel.format;

import java.util.Map;
import java.util.Optional;

/// Which pipeline of a file is wanted, and what is known of the run it is for.
///
/// @param pipeline its name; empty: the one for the tag, the pull request or the branch, and where
///   there is none for them the file's default
/// @param branch that is checked out
/// @param tag that is checked out
/// @param pullRequest branch that a pull request wants to merge
/// @param variables of the run
public record Selection(
        Optional<String> pipeline,
        Optional<String> branch,
        Optional<String> tag,
        Optional<String> pullRequest,
        Map<String, String> variables) {
    /// The default pipeline, without variables.
    public static final Selection DEFAULT = named(Optional.empty());

    public Selection {
        variables = Map.copyOf(variables);
    }

    /// The pipeline of this name, or the default one, without variables.
    public static Selection named(Optional<String> pipeline) {
        return new Selection(
                pipeline, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }
}
