package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a command writes: what it may use there, and how text of others gets there unharmed. Text
/// is written in UTF-8 whatever the locale says: what a step printed is not to become question
/// marks.
final class Terminal {
    private static final String ESCAPE = "\u001b";
    private static final String ERASE_LINE = "\r" + ESCAPE + "[2K";
    // ECMA-48: CSI, then OSC and its like up to their end, then every other escape sequence
    private static final Pattern CONTROL =
            Pattern.compile(
                    ESCAPE
                            + "\\[[0-?]*[ -/]*[@-~]|"
                            + ESCAPE
                            + "[PX^_\\]][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|"
                            + ESCAPE
                            + "[ -/]*[0-~]?|"
                            + "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]");
    private static final Pattern COLOUR = Pattern.compile(ESCAPE + "\\[[0-9;:]*m");

    private final PrintStream out;
    private final boolean colour;
    private final boolean live;
    private final boolean symbols;
    private boolean transientShown;

    /// How text stands out.
    enum Style {
        /// Headings.
        BOLD("1"),
        /// What matters less.
        DIM("2"),
        /// What went wrong.
        RED("31"),
        /// What went well.
        GREEN("32"),
        /// What deserves a look.
        YELLOW("33"),
        /// Commands.
        CYAN("36");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /// @param colour whether colours are wanted and understood
    /// @param live whether a line can be written over
    /// @param symbols whether signs beyond ASCII are likely to be there
    Terminal(PrintStream out, boolean colour, boolean live, boolean symbols) {
        this.out = out;
        this.colour = colour;
        this.live = live;
        this.symbols = symbols;
    }

    /// The standard output of this process.
    static Terminal standard() {
        PrintStream out =
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
                        false,
                        UTF_8);
        return of(out, System.getenv(), isTerminal(), System.getProperty("stdout.encoding", ""));
    }

    /// @param environment `TERM`, `NO_COLOR` and `CLICOLOR_FORCE` count
    /// @param terminal whether it is one
    /// @param encoding of the locale
    static Terminal of(
            PrintStream out, Map<String, String> environment, boolean terminal, String encoding) {
        boolean able = terminal && !"dumb".equals(environment.get("TERM"));
        boolean forced = !environment.getOrDefault("CLICOLOR_FORCE", "0").equals("0");
        boolean unwanted = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(
                out, !unwanted && (able || forced), able, encoding.equalsIgnoreCase("UTF-8"));
    }

    /// Java asks for a terminal on both ends; what comes in does not matter here.
    private static boolean isTerminal() {
        if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()) {
            return true;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether a line can be written over.
    boolean isLive() {
        return live;
    }

    /// One sign, or the word for it.
    String symbol(String sign, String word) {
        return symbols ? sign : word;
    }

    String styled(Style style, String text) {
        return colour ? ESCAPE + "[" + style.code + "m" + text + ESCAPE + "[0m" : text;
    }

    /// What somebody else wrote, without what could do more to a terminal than colour it. An
    /// unfinished colour ends with the text.
    String harmless(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        Matcher matcher = CONTROL.matcher(text);
        StringBuilder clean = new StringBuilder();
        boolean coloured = false;
        while (matcher.find()) {
            boolean kept = colour && COLOUR.matcher(matcher.group()).matches();
            coloured |= kept;
            matcher.appendReplacement(clean, kept ? Matcher.quoteReplacement(matcher.group()) : "");
        }
        matcher.appendTail(clean);
        return coloured ? clean + ESCAPE + "[0m" : clean.toString();
    }

    void line(String text) {
        print(text + "\n");
        flush();
    }

    /// Text without a line end.
    void print(String text) {
        out.print(transientShown ? ERASE_LINE + text : text);
        transientShown = false;
    }

    /// A line that the next one is written over; nothing where that cannot be done.
    void passing(String text) {
        if (live) {
            print(text);
            transientShown = true;
            flush();
        }
    }

    /// @throws CommandFailed when nobody reads any more
    void flush() {
        // also flushes
        if (out.checkError()) {
            throw new CommandFailed(ExitCode.OUTPUT_CLOSED, "");
        }
    }
}
