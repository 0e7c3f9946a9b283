package dev.runnel.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.chaos.Workload.Accepted;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Looks whether everything is as it must be after everything is over.
final class Examination {
    private final List<String> faults = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private long lines;
    private long events;
    private long takeOvers;
    private int followed;
    private Duration slowest = Duration.ZERO;
    private String slowestRun = "none";

    /// Checks one run by what its log says.
    ///
    /// @param log all its events
    /// @param run as `GET /runs/{id}` shows it
    /// @param lossAllowed whether somebody removed its container while it ran
    void check(Accepted accepted, List<JsonNode> log, JsonNode run, boolean lossAllowed) {
        String name = accepted.key() + " (" + accepted.scenario() + ", " + accepted.id() + ")";
        events += log.size();
        checkNumbers(name, log);
        if (log.isEmpty()) {
            return;
        }
        String state = run.get("state").asText();
        String reason = run.path("reason").asText("");
        outcomes.merge(reason.isEmpty() ? state : state + " " + reason, 1, Integer::sum);
        takeOvers +=
                log.stream()
                        .filter(event -> event.path("activity").asText("").equals("recovery"))
                        .count();
        checkOutcome(name, accepted.scenario(), state, reason, lossAllowed);
        for (int step = 1; step <= accepted.scenario().steps(); step++) {
            checkLines(name, accepted, log, run, step, lossAllowed);
        }
        note(name, log);
    }

    private void checkNumbers(String name, List<JsonNode> log) {
        for (int place = 0; place < log.size(); place++) {
            if (log.get(place).get("seq").asLong() != place + 1) {
                faults.add(name + ": event " + (place + 1) + " is " + log.get(place));
                return;
            }
        }
        if (log.isEmpty()
                || !log.getLast().get("type").asText().equals("end")
                || log.getLast().get("events").asLong() != log.size()) {
            faults.add(name + ": the log does not end with a right `end`");
        }
    }

    private void checkOutcome(
            String name, Scenario scenario, String state, String reason, boolean lossAllowed) {
        String wanted = scenario.failing().isPresent() ? "FAILED exit-code" : "SUCCESSFUL";
        if (lossAllowed) {
            wanted = "FAILED lost";
        }
        String got = reason.isEmpty() ? state : state + " " + reason;
        if (!got.equals(wanted)) {
            faults.add(name + " is " + got + ", not " + wanted);
        }
    }

    private void checkLines(
            String name,
            Accepted accepted,
            List<JsonNode> log,
            JsonNode run,
            int step,
            boolean lossAllowed) {
        Optional<Integer> failing = accepted.scenario().failing();
        boolean begun = failing.isEmpty() || step <= failing.get();
        for (String channel : List.of("out", "err")) {
            List<String> got = lines(log, step, "std" + channel);
            List<String> wanted =
                    begun ? accepted.scenario().lines(step, accepted.key(), channel) : List.of();
            boolean right =
                    lossAllowed
                            ? got.size() <= wanted.size()
                                    && got.equals(wanted.subList(0, got.size()))
                            : got.equals(wanted);
            if (!right) {
                faults.add(
                        "%s: step %d printed %d lines on std%s, not %d; first difference: %s"
                                .formatted(
                                        name,
                                        step,
                                        got.size(),
                                        channel,
                                        wanted.size(),
                                        difference(got, wanted)));
            }
            lines += got.size();
        }
        JsonNode exitCode = run.at("/steps/" + (step - 1) + "/exitCode");
        if (failing.isPresent()
                && failing.get() == step
                && !lossAllowed
                && exitCode.asInt(-1) != 7) {
            faults.add(name + ": step " + step + " ended with " + exitCode);
        }
    }

    private static List<String> lines(List<JsonNode> log, int step, String stream) {
        return log.stream()
                .filter(event -> event.get("type").asText().equals("output"))
                .filter(event -> event.get("step").asInt() == step)
                .filter(event -> event.get("stream").asText().equals(stream))
                .map(event -> event.get("line").asText())
                .toList();
    }

    private static String difference(List<String> got, List<String> wanted) {
        for (int place = 0; place < Math.min(got.size(), wanted.size()); place++) {
            if (!got.get(place).equals(wanted.get(place))) {
                return "'" + got.get(place) + "' for '" + wanted.get(place) + "'";
            }
        }
        return got.size() < wanted.size()
                ? "'" + wanted.get(got.size()) + "' is missing"
                : "'" + got.get(wanted.size()) + "' is too much";
    }

    private void note(String name, List<JsonNode> log) {
        OffsetDateTime first = OffsetDateTime.parse(log.getFirst().get("at").asText());
        OffsetDateTime last = OffsetDateTime.parse(log.getLast().get("at").asText());
        Duration took = Duration.between(first, last);
        if (took.compareTo(slowest) > 0) {
            slowest = took;
            slowestRun = name;
        }
    }

    /// Checks that who followed a run live saw what is stored.
    void checkFollower(Accepted accepted, List<JsonNode> seen, List<JsonNode> log) {
        followed++;
        if (!seen.equals(log)) {
            faults.add(
                    accepted.key()
                            + ": who followed it saw "
                            + seen.size()
                            + " events, not the "
                            + log.size()
                            + " that are stored");
        }
    }

    void fault(String what) {
        faults.add(what);
    }

    /// Checks that there is none of something.
    void checkNone(long count, String what) {
        if (count != 0) {
            faults.add(count + " " + what);
        }
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    /// The counts, a line each.
    String summary() {
        return """
        take-overs         %d
        outcomes           %s
        lines checked      %d
        events checked     %d
        followers checked  %d
        slowest run        %.1f s, %s
        """
                .formatted(
                        takeOvers,
                        outcomes,
                        lines,
                        events,
                        followed,
                        slowest.toMillis() / 1000.0,
                        slowestRun);
    }
}
