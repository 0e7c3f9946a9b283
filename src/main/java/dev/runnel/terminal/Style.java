package dev.runnel.cli;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/// How text looks on the terminal: ANSI colours (ECMA-48 SGR), or plain.
///
/// @param coloured whether escape sequences are written
record Style(boolean coloured) {
    private static final String ESCAPE = "\u001b[";

    /// Colours when standard output is a terminal and `NO_COLOR` (no-color.org) is not set.
    static Style ofTerminal() {
        String noColor = System.getenv("NO_COLOR");
        boolean wanted = noColor == null || noColor.isEmpty();
        return new Style(wanted && isTerminal());
    }

    // without a terminal there is a console or none, depending on the JDK
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        @Nullable Console console = System.console();
        return console != null && console.isTerminal();
    }

    String bold(String text) {
        return in("1", text);
    }

    String dim(String text) {
        return in("2", text);
    }

    String red(String text) {
        return in("31", text);
    }

    String green(String text) {
        return in("32", text);
    }

    String yellow(String text) {
        return in("33", text);
    }

    String cyan(String text) {
        return in("36", text);
    }

    /// Text in the colour of a run's or step's state.
    String ofState(String state, String text) {
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
