package dev.runnel.executor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The commands of a step as one program for its shell, which runs to its end without anybody
/// feeding it, so a step goes on while Runnel is dead.
///
/// Between the commands the program prints markers on both of its streams: `ESC _ R <nonce> ; <n>
/// ESC \ LF` says that command n succeeded (0: that the shell is there) and `…;exit…` that the
/// shell ends by itself; `…;done…` follows when it ends with 0 and is the only process that it can
/// see, so that nothing prints any more; it then stays for a second, since a place that is taken
/// down is in the way of the next step, unless somebody removes it first. A terminal shows nothing
/// of it but the line feed. `OutputDecoder` takes them out again. A command that fails ends the
/// program with its exit code and without a marker.
///
/// With an after-script, a shell of its own runs the script and then, in one more, the
/// after-script, and prints `…;s<code>…` and `…;a<code>…` when they have ended. TERM does not end
/// it.
///
/// Works with dash, busybox ash and bash, whatever `set` options the commands turn on. The shell
/// descriptors 7 and 8 and names that start with `__runnel_` are taken.
///
/// @param nonce tells the markers of this attempt from anything else that a step may print
/// @param shell absolute path of the shell that runs it
/// @param text the program of the script; holds no marker itself, so a step that prints it confuses
///   nobody
/// @param after the program of the after-script
public record ShellProgram(String nonce, String shell, String text, Optional<String> after) {
    /// Linux takes no argument longer than 128 KiB; a char of Java is at most 3 bytes of UTF-8.
    private static final int LONGEST_PIECE = 40_000;

    private static final int LONGEST_ARGUMENT = 120_000;

    /// The file that the shell runs, among [#files].
    public static final String PROGRAM = "program";

    /// A nonce that nobody guesses: 16 hexadecimal digits.
    public static String newNonce(RandomGenerator random) {
        return String.format("%016x", random.nextLong());
    }

    /// The program that runs these commands in `/bin/sh`.
    ///
    /// @throws IllegalArgumentException when a command holds NUL, which no shell can be given
    public static ShellProgram of(List<String> script, String nonce) {
        return of(StepSpec.SHELL, script, List.of(), nonce);
    }

    /// The program of an attempt.
    ///
    /// @throws IllegalArgumentException when a command holds NUL, which no shell can be given
    public static ShellProgram of(StepSpec spec, String nonce) {
        return of(spec.shell(), spec.script(), spec.setting().afterScript(), nonce);
    }

    static ShellProgram of(String shell, List<String> script, List<String> after, String nonce) {
        if (after.isEmpty()) {
            String begin = trapExit(nonce) + printed(nonce, "0");
            return new ShellProgram(
                    nonce, shell, program(nonce, begin, script, 1, true), Optional.empty());
        }
        int first = script.size() + 1;
        return new ShellProgram(
                nonce,
                shell,
                program(nonce, printed(nonce, "0"), script, 1, false),
                Optional.of(program(nonce, "", after, first, false)));
    }

    private static String program(
            String nonce, String begin, List<String> script, int first, boolean marksLast) {
        StringBuilder text = new StringBuilder();
        // One compound command: all of it is read before the first line runs, so nothing that a
        // command does to its own input or aliases changes the rest.
        text.append("{\nexec 7>&1 8>&2\ntrap 'exit 143' TERM\n");
        text.append(begin).append("__runnel_trace=\nset -e\n");
        for (int index = 0; index < script.size(); index++) {
            String command = script.get(index);
            int number = first + index;
            if (command.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("command " + number + " holds a NUL character");
            }
            // The space keeps a leading hyphen from being read as an option of eval
            text.append("eval \"$__runnel_trace\"").append(quoted(" " + command)).append('\n');
            text.append(CHECK);
            if (marksLast || index < script.size() - 1) {
                text.append(printed(nonce, String.valueOf(number)));
            }
        }
        return text.append("}\n").toString();
    }

    // Nothing in here may be traced or end the shell by `set -e`; a failed command must end it even
    // under the author's `set +e`; an author's `set -x` is put back by the next eval. The code is
    // quoted because IFS may hold digits.
    private static final String CHECK =
            """
            { __runnel_code=$?; case $- in *x*) __runnel_trace='set -x;' ;; *) __runnel_trace= ;; esac
            set +x; } 2>/dev/null
            case $__runnel_code in 0) ;; *) exit "$__runnel_code" ;; esac
            """;

    private String supervisor(String callScript, String callAfter) {
        // Its own descriptor 2 leads nowhere, since shells say there which signal killed a child
        return """
        {
        exec 7>&1 8>&2 2>/dev/null
        trap ':' TERM
        %s(exec %s 2>&8)
        __runnel_code=$?
        %sexport BITBUCKET_EXIT_CODE="$__runnel_code" RUNNEL_EXIT_CODE="$__runnel_code"
        (exec %s 2>&8)
        __runnel_after=$?
        %sexit "$__runnel_code"
        }
        """
                .formatted(
                        trapExit(nonce),
                        callScript,
                        printedCode(nonce, 's', "$__runnel_code"),
                        callAfter,
                        printedCode(nonce, 'a', "$__runnel_after"));
    }

    private static String trapExit(String nonce) {
        return "trap '{ __runnel_code=$?; "
                + print(nonce, "exit", '"', "")
                + " case $__runnel_code in 0) set -- /proc/[0-9]*;"
                + " case \"$#$1\" in 1/proc/1) "
                + print(nonce, "done", '"', "")
                + " command sleep 1 || :;"
                + " ;; esac ;; esac; } 2>/dev/null' EXIT\n";
    }

    private static String printed(String nonce, String what) {
        return "{ " + print(nonce, what, '\'', "") + " } 2>/dev/null\n";
    }

    private static String printedCode(String nonce, char kind, String variable) {
        return print(nonce, kind + "%s", '\'', " \"" + variable + "\"") + "\n";
    }

    // printf makes the control characters, so that the program's own text is no marker
    private static String print(String nonce, String what, char quote, String values) {
        String backslash = quote == '"' ? "\\\\" : "\\";
        String marker =
                quote + "\\033_R" + nonce + ";" + what + "\\033" + backslash + backslash + "\\n"
                        + quote + values;
        return "command printf " + marker + " >&7 || :; command printf " + marker + " >&8 || :;";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /// The arguments with which the shell runs the program. A text that is too long for one
    /// argument comes in pieces.
    public List<String> arguments() {
        if (after.isEmpty()) {
            return arguments(text);
        }
        List<String> script = arguments(text);
        List<String> last = arguments(after.get());
        String supervisor =
                supervisor(call(1, script.size()), call(script.size() + 1, last.size()));
        List<String> arguments = new ArrayList<>(List.of("-c", supervisor, shell));
        arguments.addAll(script);
        arguments.addAll(last);
        return arguments;
    }

    private static String call(int first, int count) {
        return "\"$0\""
                + IntStream.range(first, first + count)
                        .mapToObj(number -> " \"${" + number + "}\"")
                        .collect(Collectors.joining());
    }

    private List<String> arguments(String program) {
        if (program.getBytes(StandardCharsets.UTF_8).length <= LONGEST_ARGUMENT) {
            return List.of("-c", program);
        }
        List<String> pieces = pieces(program);
        StringBuilder join = new StringBuilder("eval \"set --\n");
        for (int number = 1; number <= pieces.size(); number++) {
            join.append("${").append(number).append('}');
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("-c");
        arguments.add(join.append('"').toString());
        arguments.add(shell);
        arguments.addAll(pieces);
        return arguments;
    }

    private static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int end = Math.min(start + LONGEST_PIECE, text.length());
            if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
                end--;
            }
            pieces.add(text.substring(start, end));
            start = end;
        }
        return pieces;
    }

    /// The same for a shell that runs already and reads its input: the lines that make it this
    /// program. It reads them to their end before it does anything, so half of them do nothing.
    ///
    /// @param environment variables of the program; their names are names of shell variables
    /// @param witness name of something in the working directory without which it does nothing;
    ///   empty: it does not look
    public String input(Map<String, String> environment, Optional<String> witness) {
        StringBuilder lines = new StringBuilder("{\nexec </dev/null\n");
        witness.ifPresent(name ->
                lines.append("test -e ").append(quoted("./" + name)).append(" || exit 125\n"));
        environment.forEach((name, value) ->
                lines.append("export ")
                        .append(name)
                        .append('=')
                        .append(quoted(value))
                        .append('\n'));
        lines.append("exec ").append(quoted(shell));
        arguments().forEach(argument -> lines.append(' ').append(quoted(argument)));
        return lines.append("\n}\n").toString();
    }

    /// The same as files; the shell runs [#PROGRAM].
    ///
    /// @param folder absolute path of where they will lie
    /// @return their texts by name, in order
    public Map<String, String> files(String folder) {
        if (after.isEmpty()) {
            return Map.of(PROGRAM, text);
        }
        Map<String, String> files = new LinkedHashMap<>();
        String here = quoted(shell) + " " + quoted(folder + "/");
        files.put(PROGRAM, supervisor(here + "script", here + "after"));
        files.put("script", text);
        files.put("after", after.get());
        return files;
    }
}
