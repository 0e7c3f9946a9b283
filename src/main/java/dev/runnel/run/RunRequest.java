package dev.runnel.run;

import java.util.Map;
import java.util.Optional;

/// What somebody asked for.
///
/// @param url address of the git repository, as given
/// @param ref branch, tag or commit; empty for the repository's default branch
/// @param pipeline name of the pipeline in the file; empty for the file's default
/// @param variables environment of every command; names match `[A-Za-z_][A-Za-z0-9_]*`
/// @param callbacks where to tell about changes
/// @param rerun the run that is to be repeated, if any
public record RunRequest(
        String url,
        Optional<String> ref,
        Optional<String> pipeline,
        Map<String, String> variables,
        Callbacks callbacks,
        Optional<Rerun> rerun) {
    public RunRequest {
        variables = Map.copyOf(variables);
    }

    /// A request for the default pipeline of the default branch.
    public static RunRequest of(String url) {
        return new RunRequest(
                url,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Callbacks.NONE,
                Optional.empty());
    }
}
