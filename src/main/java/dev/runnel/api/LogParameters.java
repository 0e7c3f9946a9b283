package dev.runnel.api;

import dev.runnel.logtext.TimeSpan;
import dev.runnel.problem.RequestRefused;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/// Query parameters that say which part of a log is wanted.
public final class LogParameters {
    private LogParameters() {}

    /// The parameter `step`: numbers of steps, repeated or with commas; empty when none is given.
    ///
    /// @throws RequestRefused when one is no number of a step
    public static Set<Integer> steps(MultivaluedMap<String, String> query) {
        Set<Integer> steps = new HashSet<>();
        RunsQuery.words("step", query).forEach(word -> steps.add(number(word)));
        return steps;
    }

    /// The parameters `from` and `to`.
    ///
    /// @throws RequestRefused when one is no time, or they are in the wrong order
    public static TimeSpan times(MultivaluedMap<String, String> query) {
        return RunsQuery.times(query);
    }

    /// The words of a parameter that may be repeated or hold a list with commas.
    public static Stream<String> words(String name, MultivaluedMap<String, String> query) {
        return RunsQuery.words(name, query);
    }

    private static int number(String word) {
        try {
            int number = Integer.parseInt(word);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below like a number that no step has
        }
        throw RequestRefused.parameter(
                "step", "'" + word + "' is not the number of a step", "steps are numbered from 1");
    }
}
