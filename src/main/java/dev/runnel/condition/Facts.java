package dev.runnel.condition;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an expression can ask about a run.
///
/// @param variables of the run and the step; to an expression, one that is not there is empty text
/// @param ref what was asked for: branch, tag or commit
/// @param branch that is checked out
/// @param tag that is checked out
/// @param changed paths of the changed files, relative to the root of the repository
/// @param outcomes names of steps that ended, each with `successful`, `failed`, `aborted` or
///   `skipped`
/// @param outputs by the names of steps that ended, what they gave to others, by name
public record Facts(
        Map<String, String> variables,
        Optional<String> ref,
        Optional<String> branch,
        Optional<String> tag,
        Set<String> changed,
        Map<String, String> outcomes,
        Map<String, Map<String, String>> outputs) {
    public Facts {
        variables = Map.copyOf(variables);
        changed = Set.copyOf(changed);
        outcomes = Map.copyOf(outcomes);
        outputs = Map.copyOf(outputs);
    }
}
