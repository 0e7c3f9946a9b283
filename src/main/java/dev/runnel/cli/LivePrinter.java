package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.cli.EventStream.Limits;
import dev.runnel.terminal.ForeignText;
import dev.runnel.terminal.Style;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Shows the events of a run to a person: steps as headings, commands after a `$`, output as it
/// comes. While several steps run, each line says of which it is.
final class LivePrinter {
    private final PrintWriter out;
    private final Style style;
    private final boolean raw;
    private final Map<String, ForeignText> streams = new HashMap<>();
    private final Map<Integer, Instant> started = new HashMap<>();
    private final Set<Integer> running = new HashSet<>();
    private int steps;
    private boolean lineOpen;
    private String openOf = "";
    private Instant begun = Instant.EPOCH;
    private String state = "";
    private String reason = "";
    private String message = "";

    /// @param raw whether what the steps print may do to the terminal what it likes
    LivePrinter(PrintWriter out, Style style, boolean raw) {
        this.out = out;
        this.style = style;
        this.raw = raw;
    }

    /// Prints what has happened and what happens; gives the exit code that stands for the outcome.
    ///
    /// @param steps only of these; empty for all
    /// @param raw whether what the steps print may do to the terminal what it likes
    static int follow(
            RunnelClient client, String id, List<Integer> steps, boolean raw, PrintWriter out)
            throws InterruptedException {
        LivePrinter printer = new LivePrinter(out, Style.ofOutput(), raw);
        printer.begin(id);
        Thread hint = new Thread(() -> printer.leave(id));
        Runtime.getRuntime().addShutdownHook(hint);
        try {
            new EventStream(client, id, steps, Limits.USUAL).read(printer::print);
            if (printer.state.isEmpty()) {
                // the server has nothing after the last event that it sent
                printer.state = client.run(id).path("state").asText();
            }
            return printer.exitCode();
        } finally {
            forget(hint);
        }
    }

    private static void forget(Thread hint) {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
        } catch (IllegalStateException e) {
            // the hint is being printed
        }
    }

    void begin(String id) {
        out.println(style.bold("run " + id));
        out.flush();
    }

    /// Says how to go on when following was broken off.
    void leave(String id) {
        if (state.isEmpty()) {
            endLine();
            out.println(style.dim("the run goes on; follow it with: runnel logs --follow " + id));
            out.println(style.dim("or stop it with: runnel cancel " + id));
            out.flush();
        }
    }

    void print(String type, JsonNode event) {
        switch (type) {
            case "run.state" -> runState(event);
            case "pipeline" -> steps = event.path("steps").size();
            case "step.state" -> stepState(event);
            case "step.waiting" -> waiting(event);
            case "step.expanded" -> expanded(event);
            case "step.approved" -> line(style.dim(indent(event) + "somebody approved of it"));
            case "command.started" ->
                    line(indent(event) + style.cyan("$ " + firstLine(text(event, "instruction"))));
            case "command.finished" -> commandFinished(event);
            case "output" -> output(event);
            case "progress" -> progress(event);
            case "pushed" ->
                    line(
                            style.dim(
                                    "  pushed "
                                            + text(event, "revision")
                                            + " to "
                                            + text(event, "branch")));
            case "problem" -> problem(event);
            case "end" -> end(event);
            default -> {} // a newer server may tell more than this program knows
        }
        out.flush();
    }

    private void runState(JsonNode event) {
        switch (event.path("state").asText()) {
            case "PENDING" -> line(style.dim("waiting for a place"));
            case "IN_PROGRESS" -> begun = at(event);
            default -> {
                reason = text(event, "reason");
                message = text(event, "message");
            }
        }
    }

    private void stepState(JsonNode event) {
        int step = event.path("step").asInt();
        String title = "step " + step + "/" + steps + " " + text(event, "name");
        String stepState = event.path("state").asText();
        switch (stepState) {
            case "IN_PROGRESS" -> {
                started.put(step, at(event));
                running.add(step);
                line(style.bold("▶ " + title));
            }
            case "PENDING" -> {}
            default -> {
                running.remove(step);
                String took =
                        started.containsKey(step)
                                ? " in " + duration(started.get(step), at(event))
                                : "";
                String why = text(event, "reason");
                line(
                        style.ofState(
                                stepState,
                                mark(stepState)
                                        + " "
                                        + title
                                        + ": "
                                        + stepState
                                        + took
                                        + (why.isEmpty() ? "" : " (" + why + ")")
                                        + (event.has("keptFrom") ? " (kept)" : "")));
            }
        }
    }

    private void waiting(JsonNode event) {
        String step = "step " + event.path("step").asInt() + " " + text(event, "name");
        line(
                style.dim(
                        event.path("for").asText().equals("retry")
                                ? "… " + step + " is tried again at " + text(event, "until")
                                : "… " + step + " waits for approval"));
    }

    private void expanded(JsonNode event) {
        int items = event.path("items").size();
        steps += items;
        line(style.dim("  runs for " + items + (items == 1 ? " item" : " items")));
    }

    /// What comes before a line of a step.
    private String indent(JsonNode event) {
        return running.size() > 1 ? style.dim("[" + event.path("step").asInt() + "] ") : "  ";
    }

    private static String mark(String state) {
        return switch (state) {
            case "SUCCESSFUL" -> "✔";
            case "FAILED" -> "✘";
            default -> "–";
        };
    }

    private void commandFinished(JsonNode event) {
        int code = event.path("exitCode").asInt();
        if (code != 0) {
            line(indent(event) + style.red("exit code " + code));
        }
    }

    private void output(JsonNode event) {
        String stream = event.path("stream").asText();
        String text = harmless(stream, event);
        String shown = stream.equals("stderr") ? style.yellow(text) : text;
        String of = event.path("step").asInt() + stream;
        if (!openOf.equals(of)) {
            endLine();
        }
        out.print(lineOpen ? shown : indent(event) + shown);
        if (event.path("update").asBoolean()) {
            out.print(style.live() && running.size() <= 1 ? "\r" : "\n");
            lineOpen = false;
        } else if (event.path("partial").asBoolean()) {
            lineOpen = true;
            openOf = of;
        } else {
            out.println();
            lineOpen = false;
        }
    }

    private String harmless(String stream, JsonNode event) {
        String line = event.path("line").asText();
        if (raw) {
            return line;
        }
        String key = event.path("step").asInt() + stream;
        ForeignText text = streams.computeIfAbsent(key, _ -> new ForeignText(style.coloured()));
        boolean open = event.path("partial").asBoolean();
        return text.next(line) + (open ? "" : text.endLine());
    }

    /// What the author of a repository wrote is no more to be trusted than what a step prints.
    private static String text(JsonNode event, String field) {
        return ForeignText.harmless(event.path(field).asText(""));
    }

    private void progress(JsonNode event) {
        StringBuilder text = new StringBuilder("  ");
        text.append(text(event, "activity")).append(": ");
        text.append(text(event, "message"));
        if (event.hasNonNull("total")) {
            long percent =
                    event.path("current").asLong()
                            * 100
                            / Math.max(1, event.path("total").asLong());
            text.append(' ').append(percent).append('%');
        }
        line(style.dim(text.toString()));
    }

    private void problem(JsonNode event) {
        String place =
                text(event, "file")
                        + ":"
                        + event.path("line").asInt()
                        + ":"
                        + event.path("column").asInt();
        String hint = text(event, "hint");
        String text = place + ": " + text(event, "message");
        boolean error = event.path("severity").asText().toLowerCase(Locale.ROOT).equals("error");
        line(error ? style.red(text) : style.yellow(text));
        if (!hint.isEmpty()) {
            line(style.dim("    " + hint));
        }
    }

    private void end(JsonNode event) {
        state = event.path("state").asText();
        String took = begun.equals(Instant.EPOCH) ? "" : " in " + duration(begun, at(event));
        line(style.bold(style.ofState(state, mark(state) + " " + state + took)));
        if (!message.isEmpty()) {
            line("  " + reason + ": " + message);
        }
    }

    /// What the outcome is as an exit code.
    int exitCode() {
        return switch (state) {
            case "SUCCESSFUL" -> 0;
            case "ABORTED" -> Runnel.ABORTED;
            default -> Runnel.FAILED;
        };
    }

    private void line(String text) {
        endLine();
        out.println(text);
    }

    private void endLine() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end) + " …";
    }

    private static Instant at(JsonNode event) {
        return Instant.parse(event.path("at").asText());
    }

    private static String duration(Instant from, Instant to) {
        return String.format(Locale.ROOT, "%.1f s", Duration.between(from, to).toMillis() / 1000.0);
    }
}
