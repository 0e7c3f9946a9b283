package dev.runnel.executor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The commands of a step as one program for `/bin/sh`, which runs to its end without anybody
/// feeding it, so a step goes on while Runnel is dead.
///
/// Between the commands the program prints markers on both of its streams: `ESC _ R <nonce> ; <n>
/// ESC \ LF` says that command n succeeded (0: that the shell is there) and `…;exit…` that the
/// shell ends by itself. A terminal shows nothing of it but the line feed. `OutputDecoder` takes
/// them out again. A command that fails ends the program with its exit code and without a marker.
///
/// Works with dash, busybox ash and bash, whatever `set` options the commands turn on. The shell
/// descriptors 7 and 8 and names that start with `__runnel_` are taken.
///
/// @param nonce tells the markers of this attempt from anything else that a step may print
/// @param text the program; holds no marker itself, so a step that prints it confuses nobody
public record ShellProgram(String nonce, String text) {
    /// Linux takes no argument longer than 128 KiB; a char of Java is at most 3 bytes of UTF-8.
    private static final int LONGEST_PIECE = 40_000;

    private static final int LONGEST_ARGUMENT = 120_000;

    /// A nonce that nobody guesses: 16 hexadecimal digits.
    public static String newNonce(RandomGenerator random) {
        return String.format("%016x", random.nextLong());
    }

    /// The program that runs these commands.
    ///
    /// @throws IllegalArgumentException when a command holds NUL, which no shell can be given
    public static ShellProgram of(List<String> script, String nonce) {
        StringBuilder text = new StringBuilder();
        // One compound command: all of it is read before the first line runs, so nothing that a
        // command does to its own input or aliases changes the rest.
        text.append("{\n");
        text.append(prologue(nonce));
        for (int index = 0; index < script.size(); index++) {
            String command = script.get(index);
            if (command.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "command " + (index + 1) + " holds a NUL character");
            }
            // The space keeps a leading hyphen from being read as an option of eval
            text.append("eval \"$__runnel_trace\"' ")
                    .append(command.replace("'", "'\\''"))
                    .append("'\n");
            text.append(epilogue(nonce, index + 1));
        }
        text.append("}\n");
        return new ShellProgram(nonce, text.toString());
    }

    private static String prologue(String nonce) {
        return """
        exec 7>&1 8>&2
        trap 'exit 143' TERM
        trap '{ %s } 2>/dev/null' EXIT
        { %s } 2>/dev/null
        __runnel_trace=
        set -e
        """
                .formatted(print(nonce, "exit", '"'), print(nonce, "0", '\''));
    }

    // Nothing in here may be traced or end the shell by `set -e`; a failed command must end it even
    // under the author's `set +e`; an author's `set -x` is put back by the next eval. The code is
    // quoted because IFS may hold digits.
    private static String epilogue(String nonce, int command) {
        return """
        { __runnel_code=$?; case $- in *x*) __runnel_trace='set -x;' ;; *) __runnel_trace= ;; esac
        set +x; } 2>/dev/null
        case $__runnel_code in 0) ;; *) exit "$__runnel_code" ;; esac
        { %s } 2>/dev/null
        """
                .formatted(print(nonce, String.valueOf(command), '\''));
    }

    // printf makes the control characters, so that the program's own text is no marker
    private static String print(String nonce, String what, char quote) {
        String backslash = quote == '"' ? "\\\\" : "\\";
        String marker =
                quote + "\\033_R" + nonce + ";" + what + "\\033" + backslash + backslash + "\\n"
                        + quote;
        return "command printf " + marker + " >&7 || :; command printf " + marker + " >&8 || :;";
    }

    /// The arguments with which `/bin/sh` runs the program. A text that is too long for one
    /// argument comes in pieces.
    public List<String> arguments() {
        if (text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_ARGUMENT) {
            return List.of("-c", text);
        }
        List<String> pieces = pieces();
        StringBuilder join = new StringBuilder("eval \"set --\n");
        for (int number = 1; number <= pieces.size(); number++) {
            join.append("${").append(number).append('}');
        }
        List<String> arguments = new ArrayList<>();
        arguments.add("-c");
        arguments.add(join.append('"').toString());
        arguments.add("/bin/sh");
        arguments.addAll(pieces);
        return arguments;
    }

    private List<String> pieces() {
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
}
