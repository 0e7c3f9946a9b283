package dev.runnel.format.pipelines;

import dev.runnel.yaml.FileText;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.nodes.NodeTuple;

/// Reads the scripts of a file, and counts what they have together.
final class ScriptReader {
    private static final int MOST_COMMANDS = 1_000;
    private static final int MOST_COMMANDS_OF_FILE = 10_000;
    private static final int LONGEST_COMMAND = 64 * 1024;
    private static final String LIST_HINT = "write a list, each command on its own line after `- `";

    private static final String MOVE_HINT =
            "move commands into a script file of the repository and call it";

    private final Findings findings;
    private boolean isFileFull;
    private int commandsOfFile;
    private long charactersOfFile;

    ScriptReader(Findings findings) {
        this.findings = findings;
    }

    /// The commands of a script; incomplete when there are findings.
    ///
    /// @param what what the list is to people: ``` `script` ```
    List<String> read(Value script, String what) {
        List<String> commands = new ArrayList<>();
        List<Value> entries = script.items();
        if (script.kind() == Kind.NOTHING || (script.kind() == Kind.LIST && entries.isEmpty())) {
            findings.error(Code.EMPTY_SCRIPT, script, what + " has no commands", LIST_HINT);
        } else if (script.kind() != Kind.LIST) {
            findings.wrongType(script, what, "a list of commands", listHint(script, what));
        } else if (entries.size() > MOST_COMMANDS) {
            findings.error(
                    Code.TOO_MANY_COMMANDS,
                    script,
                    "the step has "
                            + entries.size()
                            + " commands; at most "
                            + MOST_COMMANDS
                            + " can run",
                    MOVE_HINT);
        } else if (fitsIntoFile(script, entries)) {
            for (Value entry : entries) {
                commands.add(command(entry, commands.size() + 1));
            }
        }
        return commands;
    }

    /// Whether the scripts up to this one are as much as a file may have; tells it once if not.
    private boolean fitsIntoFile(Value script, List<Value> entries) {
        if (isFileFull) {
            return false;
        }
        commandsOfFile += entries.size();
        for (Value entry : entries) {
            charactersOfFile += entry.scalar().length();
        }
        if (commandsOfFile > MOST_COMMANDS_OF_FILE) {
            findings.error(
                    Code.TOO_MANY_COMMANDS,
                    script,
                    "up to here the file has more than " + MOST_COMMANDS_OF_FILE + " commands",
                    MOVE_HINT);
            isFileFull = true;
        } else if (charactersOfFile > FileText.LARGEST) {
            // without aliases no file that may be read gets here
            findings.error(
                    YamlCode.ALIAS_BOMB,
                    script,
                    "up to here aliases make " + charactersOfFile + " characters of script",
                    MOVE_HINT);
            isFileFull = true;
        }
        return !isFileFull;
    }

    private String command(Value entry, int number) {
        String what = "command " + number;
        String text = entry.scalar();
        switch (entry.kind()) {
            case TEXT -> check(entry, what);
            case BOOLEAN -> {
                // true and false are programs, and nobody writes them to mean anything else
            }
            case NUMBER, DATE ->
                    findings.wrongType(
                            entry, what, "text", "put it in quotes: " + Printable.yaml(text));
            case NOTHING -> {
                if (text.isEmpty()) {
                    findings.error(
                            Code.BLANK_COMMAND, entry, what + " is blank", "write it or remove it");
                } else {
                    findings.wrongType(
                            entry, what, "text", "put it in quotes: " + Printable.yaml(text));
                }
            }
            case MAPPING -> mapping(entry, what);
            case LIST, TAGGED ->
                    findings.wrongType(entry, what, "text", "put the whole command in quotes");
        }
        return text;
    }

    private void check(Value entry, String what) {
        String text = entry.scalar();
        if (text.isBlank()) {
            findings.error(Code.BLANK_COMMAND, entry, what + " is blank", "write it or remove it");
        } else if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_COMMAND) {
            findings.error(
                    Code.COMMAND_TOO_LONG,
                    entry,
                    what + " is longer than " + LONGEST_COMMAND + " bytes",
                    MOVE_HINT);
        } else if (text.codePoints().anyMatch(Scalars::isUnspeakable)) {
            findings.error(
                    YamlCode.BAD_CHARACTER,
                    entry,
                    what + " has a character that no command can hold",
                    "remove escapes such as `\\0` and `\\uD800`");
        }
    }

    private void mapping(Value entry, String what) {
        List<NodeTuple> pairs = entry.pairs();
        for (NodeTuple pair : pairs) {
            if (entry.key(pair).scalar().equals("pipe")) {
                findings.error(
                        YamlCode.NOT_SUPPORTED,
                        entry.key(pair),
                        "`pipe` is not supported yet",
                        "call the tool in a command");
                return;
            }
        }
        String hint = "put the whole command in quotes";
        if (pairs.size() == 1) {
            String key = entry.key(pairs.getFirst()).scalar();
            String value = entry.under(pairs.getFirst()).scalar();
            if (!key.isEmpty() && !value.isEmpty()) {
                hint =
                        "a colon makes it a mapping; put it in quotes: "
                                + Printable.yaml(key + ": " + value);
            }
        }
        findings.wrongType(entry, what, "text", hint);
    }

    private static String listHint(Value script, String what) {
        String text = script.scalar();
        return text.isBlank() || text.lines().count() > 1
                ? LIST_HINT
                : "write a list: `" + what.replace("`", "") + ": [" + Printable.yaml(text) + "]`";
    }
}
