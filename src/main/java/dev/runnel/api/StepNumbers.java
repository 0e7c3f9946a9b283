package dev.runnel.api;

import dev.runnel.problem.RequestRefused;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.HashSet;
import java.util.Set;

/// The query parameter `step` of streams: numbers of steps, repeated or with commas.
final class StepNumbers {
    private StepNumbers() {}

    static Set<Integer> read(MultivaluedMap<String, String> query) {
        Set<Integer> steps = new HashSet<>();
        RunsQuery.words("step", query).forEach(word -> steps.add(number(word)));
        return steps;
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
