package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.cli.Terminal.Style;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// Shows the events of a run to somebody who watches: which step of how many, its commands, what
/// they print, how long they took, and how it all ended.
final class LivePrinter {
    private static final String INDENT = "  ";
    private static final Duration WORTH_TELLING = Duration.ofSeconds(1);
    private static final int SHORT_REVISION = 10;
    private static final int MILLIS = 1000;

    private final Terminal terminal;
    private final Open open = new Open();
    private int steps;
    private String phase = "";
    private Optional<Instant> runStarted = Optional.empty();
    private Optional<Instant> stepStarted = Optional.empty();
    private Optional<Instant> commandStarted = Optional.empty();
    private Ended ended = new Ended("", "", "");

    /// How the run ended; empty texts as long as it has not.
    ///
    /// @param state as the interface writes it
    record Ended(String state, String reason, String message) {
        ExitCode exitCode() {
            return ExitCode.ofState(state);
        }
    }

    /// A line of output that is not at its end yet, and of which stream it is.
    private static final class Open {
        private String stream = "";
        private String overwritten = "";

        boolean isOpen() {
            return !stream.isEmpty();
        }
    }

    LivePrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    Ended ended() {
        return ended;
    }

    /// Shows one event.
    void show(String type, JsonNode event) {
        switch (type) {
            case "run.state" -> runState(event);
            case "pipeline" -> pipeline(event);
            case "step.state" -> stepState(event);
            case "command.started" -> commandStarted(event);
            case "command.finished" -> commandFinished(event);
            case "output" -> output(event);
            case "progress" -> progress(event);
            case "problem" -> problem(event);
            case "end" -> end(event);
            default -> {
                // a newer server may tell more than this command knows of
            }
        }
    }

    /// Says that the server is gone and is waited for.
    void connectionLost() {
        closeLine();
        terminal.line(terminal.styled(Style.YELLOW, "… connection lost, trying again"));
    }

    private void runState(JsonNode event) {
        String state = text(event, "state");
        switch (state) {
            case "PENDING" -> terminal.passing(terminal.styled(Style.DIM, "waiting for its turn"));
            case "IN_PROGRESS" -> runStarted = Optional.of(at(event));
            default -> ended = new Ended(state, text(event, "reason"), text(event, "message"));
        }
    }

    private void pipeline(JsonNode event) {
        steps = event.path("steps").size();
        String revision = text(event, "revision");
        line(
                Style.DIM,
                "revision "
                        + revision.substring(0, Math.min(SHORT_REVISION, revision.length()))
                        + ", pipeline "
                        + text(event, "pipeline")
                        + ", "
                        + counted(steps, "step"));
    }

    private void stepState(JsonNode event) {
        closeLine();
        String state = text(event, "state");
        switch (state) {
            case "IN_PROGRESS" -> {
                stepStarted = Optional.of(at(event));
                terminal.line("");
                line(Style.BOLD, heading(event));
            }
            case "SUCCESSFUL" ->
                    line(
                            Style.GREEN,
                            INDENT + sign("✓", "ok:") + " done" + took(stepStarted, event));
            case "FAILED", "ABORTED" -> {
                if (stepStarted.isEmpty()) {
                    line(Style.DIM, heading(event) + " " + lower(state));
                } else {
                    line(
                            Style.RED,
                            INDENT
                                    + sign("✗", "!!")
                                    + " "
                                    + lower(state)
                                    + took(stepStarted, event)
                                    + because(event));
                }
            }
            case "SKIPPED" -> line(Style.DIM, heading(event) + " skipped");
            default -> {
                // PENDING says nothing new
            }
        }
        if (!state.equals("IN_PROGRESS")) {
            stepStarted = Optional.empty();
        }
    }

    private String heading(JsonNode event) {
        int attempt = event.path("attempt").asInt();
        return "["
                + event.path("step").asInt()
                + "/"
                + Math.max(steps, event.path("step").asInt())
                + "] "
                + text(event, "name")
                + (attempt > 1 ? " (attempt " + attempt + ")" : "");
    }

    private void commandStarted(JsonNode event) {
        closeLine();
        commandStarted = Optional.of(at(event));
        String prompt = "$ ";
        for (String line : text(event, "instruction").lines().toList()) {
            line(Style.CYAN, INDENT + prompt + line);
            prompt = "> ";
        }
    }

    private void commandFinished(JsonNode event) {
        closeLine();
        int code = event.path("exitCode").asInt();
        Duration took = since(commandStarted, event);
        if (code != 0) {
            line(Style.RED, INDENT + "exit code " + code + " after " + seconds(took));
        } else if (took.compareTo(WORTH_TELLING) >= 0) {
            line(Style.DIM, INDENT + "took " + seconds(took));
        }
    }

    private void output(JsonNode event) {
        String stream = text(event, "stream");
        if (open.isOpen() && !open.stream.equals(stream)) {
            closeLine();
        }
        String text = text(event, "line");
        if (event.path("update").asBoolean()) {
            open.stream = stream;
            open.overwritten = text;
            terminal.passing(INDENT + tinted(stream, text));
            return;
        }
        boolean continued = open.isOpen() && open.overwritten.isEmpty();
        open.overwritten = "";
        terminal.print((continued ? "" : INDENT) + tinted(stream, text));
        if (event.path("partial").asBoolean()) {
            open.stream = stream;
        } else {
            open.stream = "";
            terminal.print("\n");
        }
        terminal.flush();
    }

    private String tinted(String stream, String text) {
        String harmless = terminal.harmless(text);
        return stream.equals("stderr") ? terminal.styled(Style.YELLOW, harmless) : harmless;
    }

    private void progress(JsonNode event) {
        closeLine();
        String activity = text(event, "activity");
        String message = activity + ": " + text(event, "message");
        String count = count(event);
        if (terminal.isLive() && !count.isEmpty()) {
            terminal.passing(terminal.styled(Style.DIM, terminal.harmless(message + count)));
        } else if (!message.equals(phase)) {
            // where lines cannot be written over, one per phase must do
            line(Style.DIM, message);
        }
        phase = message;
    }

    private static String count(JsonNode event) {
        if (!event.has("current")) {
            return "";
        }
        String total = event.has("total") ? "/" + event.path("total").asLong() : "";
        return " " + event.path("current").asLong() + total;
    }

    private void problem(JsonNode event) {
        closeLine();
        boolean error = text(event, "severity").equals("error");
        String place =
                event.has("line")
                        ? ":" + event.path("line").asInt() + ":" + event.path("column").asInt()
                        : "";
        String hint = text(event, "hint");
        line(
                error ? Style.RED : Style.YELLOW,
                text(event, "file")
                        + place
                        + ": "
                        + text(event, "severity")
                        + ": "
                        + text(event, "message")
                        + (hint.isEmpty() ? "" : " (" + hint + ")"));
    }

    private void end(JsonNode event) {
        closeLine();
        if (ended.state().isEmpty()) {
            ended = new Ended(text(event, "state"), "", "");
        }
        boolean good = ended.exitCode() == ExitCode.OK;
        String reason = ended.reason().isEmpty() ? "" : " (" + ended.reason() + ")";
        String message = ended.message().isEmpty() ? "" : ": " + ended.message();
        terminal.line("");
        line(
                good ? Style.GREEN : Style.RED,
                (good ? sign("✓", "ok:") : sign("✗", "!!"))
                        + " "
                        + ended.state()
                        + reason
                        + took(runStarted, event)
                        + message);
    }

    /// Ends a line of output that has no end of its own.
    private void closeLine() {
        if (open.isOpen()) {
            String overwritten = open.overwritten;
            if (!overwritten.isEmpty()) {
                terminal.print(INDENT + tinted(open.stream, overwritten));
            }
            terminal.print("\n");
            open.stream = "";
            open.overwritten = "";
        }
    }

    private void line(Style style, String text) {
        terminal.line(terminal.styled(style, terminal.harmless(text)));
    }

    private String sign(String sign, String word) {
        return terminal.symbol(sign, word);
    }

    private static String because(JsonNode event) {
        String message = text(event, "message");
        String reason = message.isEmpty() ? text(event, "reason") : message;
        return reason.isEmpty() ? "" : ": " + reason;
    }

    private static String took(Optional<Instant> start, JsonNode event) {
        return start.isEmpty() ? "" : " in " + seconds(since(start, event));
    }

    private static Duration since(Optional<Instant> start, JsonNode event) {
        return start.map(begin -> Duration.between(begin, at(event))).orElse(Duration.ZERO);
    }

    private static String seconds(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(1)) < 0
                ? String.format(Locale.ROOT, "%.1f s", duration.toMillis() / (double) MILLIS)
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    private static Instant at(JsonNode event) {
        return Instant.parse(text(event, "at"));
    }

    private static String counted(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String lower(String state) {
        return state.toLowerCase(Locale.ROOT);
    }

    private static String text(JsonNode event, String field) {
        return event.path(field).asText();
    }
}
