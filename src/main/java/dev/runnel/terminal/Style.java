package dev.runnel.terminal;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How text looks where it is written: ANSI colours (ECMA-48 SGR), or plain.
///
/// @param coloured whether colours are wanted and understood
/// @param live whether it is a terminal, on which a line can be written over
public record Style(boolean coloured, boolean live) {

    private static final String ESCAPE = "\u001b[";

    /// The standard output of this process.
    public static Style ofOutput() {
        return of(System.getenv(), isTerminal());
    }

    /// @param environment `TERM`, `NO_COLOR` (no-color.org) and `CLICOLOR_FORCE` count
    /// @param terminal whether the output is one
    static Style of(Map<String, String> environment, boolean terminal) {
        boolean able = terminal && !"dumb".equals(environment.get("TERM"));
        boolean forced = !environment.getOrDefault("CLICOLOR_FORCE", "0").equals("0");
        boolean unwanted = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Style(!unwanted && (able || forced), able);
    }

    // Java asks for a terminal on both ends; what comes in does not matter here
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        @Nullable Console console = System.console();
        if (console != null && console.isTerminal()) {
            return true;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /// For headings.
    public String bold(String text) {
        return in("1", text);
    }

    /// For what matters less.
    public String dim(String text) {
        return in("2", text);
    }

    /// For what went wrong.
    public String red(String text) {
        return in("31", text);
    }

    /// For what went well.
    public String green(String text) {
        return in("32", text);
    }

    /// For what deserves a look.
    public String yellow(String text) {
        return in("33", text);
    }

    /// For commands.
    public String cyan(String text) {
        return in("36", text);
    }

    /// Text in the colour of a run's or step's state.
    public String ofState(String state, String text) {
        return switch (state) {
            case "SUCCESSFUL" -> green(text);
            case "FAILED" -> red(text);
            case "ABORTED", "SKIPPED" -> yellow(text);
            default -> cyan(text);
        };
    }

    private String in(String code, String text) {
        return coloured ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
    }
}
