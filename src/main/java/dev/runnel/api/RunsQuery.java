package dev.runnel.api;

import dev.runnel.logtext.TimeSpan;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore.RunFilter;
import jakarta.ws.rs.core.MultivaluedMap;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What `GET /runs` is asked for.
///
/// @param after the run after which the page begins
/// @param limit runs on a page
record RunsQuery(RunFilter filter, Optional<RunId> after, int limit) {
    private static final int USUAL_LIMIT = 50;
    private static final int LARGEST_LIMIT = 200;
    private static final List<String> PARAMETERS =
            List.of("cursor", "limit", "state", "repository", "from", "to");

    /// Reads the query.
    ///
    /// @throws RequestRefused when a parameter is unknown or its value is not one it takes
    static RunsQuery read(MultivaluedMap<String, String> query) {
        for (String name : query.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw RequestRefused.parameter(
                        name, "this parameter is unknown", Spelling.hint(name, PARAMETERS));
            }
        }
        TimeSpan times = times(query);
        RunFilter filter =
                new RunFilter(
                        states(query),
                        one("repository", query).map(name -> name.toLowerCase(Locale.ROOT)),
                        times.from(),
                        times.to());
        Optional<RunId> after = one("cursor", query).map(text -> Cursor.read(text, filter));
        return new RunsQuery(filter, after, limit(query));
    }

    /// The parameters `from` and `to`.
    ///
    /// @throws RequestRefused when one is no time, or they are in the wrong order
    static TimeSpan times(MultivaluedMap<String, String> query) {
        Optional<Instant> from = time("from", query);
        Optional<Instant> to = time("to", query);
        if (from.isPresent() && to.isPresent() && from.get().isAfter(to.get())) {
            throw RequestRefused.parameter("to", "this lies before from", "exchange from and to");
        }
        return new TimeSpan(from, to);
    }

    private static Set<RunState> states(MultivaluedMap<String, String> query) {
        Set<RunState> states = EnumSet.noneOf(RunState.class);
        for (String word : words("state", query).toList()) {
            states.add(
                    Arrays.stream(RunState.values())
                            .filter(state -> state.name().equalsIgnoreCase(word))
                            .findFirst()
                            .orElseThrow(() -> unknownState(word)));
        }
        return states;
    }

    private static RequestRefused unknownState(String word) {
        List<String> known = Arrays.stream(RunState.values()).map(RunState::name).toList();
        return RequestRefused.parameter(
                "state", "there is no state '" + word + "'", Spelling.hint(word, known));
    }

    /// The values of a parameter that may be repeated or hold a list with commas.
    static Stream<String> words(String name, MultivaluedMap<String, String> query) {
        return query.getOrDefault(name, List.of()).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip);
    }

    private static int limit(MultivaluedMap<String, String> query) {
        Optional<String> text = one("limit", query);
        if (text.isEmpty()) {
            return USUAL_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text.get());
            if (limit >= 1 && limit <= LARGEST_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below like any other wrong number
        }
        throw RequestRefused.parameter(
                "limit",
                "'" + text.get() + "' is not a size of a page",
                "give a number from 1 to " + LARGEST_LIMIT);
    }

    private static Optional<Instant> time(String name, MultivaluedMap<String, String> query) {
        // an offset's plus that was not encoded arrives as a space
        return one(name, query).map(text -> parseTime(name, text.replace(' ', '+')));
    }

    private static Instant parseTime(String name, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw RequestRefused.parameter(
                    name,
                    "'" + text + "' is not a time",
                    "give a time of RFC 3339, such as 2026-01-31T12:00:00Z");
        }
    }

    private static Optional<String> one(String name, MultivaluedMap<String, String> query) {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw RequestRefused.parameter(name, "this is given more than once", "give it once");
        }
        return values.stream().findFirst();
    }
}
