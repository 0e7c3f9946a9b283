package dev.runnel.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;

/// A pipeline whose output is known line by line, and how it ends.
@SuppressWarnings("ImmutableEnumChecker") // the list is a copy
enum Scenario {
    /// One step that prints slowly.
    SLOW(new Part(60, "0.1", 0)),
    /// Steps after another.
    STEPS(new Part(15, "0.1", 0), new Part(15, "0.1", 0), new Part(15, "0.1", 0)),
    /// Short steps: the time between two steps counts most.
    SHORT(new Part(1, "0", 0), new Part(1, "0", 0), new Part(1, "0", 0), new Part(1, "0", 0)),
    /// Much at once.
    BURST(new Part(3000, "0", 0), new Part(20, "0.1", 0)),
    /// The second step fails, the third one is not begun.
    FAILING(new Part(15, "0.1", 0), new Part(10, "0.1", 7), new Part(5, "0.1", 0)),
    /// The first step says for what the second one runs, and the third one prints what came of it;
    /// the second one itself prints nothing.
    FAN(
            new Part(1, "0", 0),
            Part.WHOLE,
            new Part(1, "0", 0),
            new Part(15, "0.1", 0),
            new Part(10, "0.1", 0),
            new Part(15, "0.1", 0)),
    /// Prints longer than the others; the one whose container is removed by somebody else.
    VICTIM(new Part(120, "0.1", 0));

    private final List<Part> parts;

    /// One step: lines on both channels, a pause after each, and an exit code.
    record Part(int lines, String pause, int exitCode) {
        /// A step that became several.
        static final Part WHOLE = new Part(0, "0", 0);

        String script() {
            String pausing = pause.equals("0") ? "" : " sleep " + pause + ";";
            return "i=0; while [ $i -lt "
                    + lines
                    + " ]; do i=$((i+1)); echo \"$TAG out $i\"; echo \"$TAG err $i\" >&2;"
                    + pausing
                    + " done";
        }
    }

    Scenario(Part... parts) {
        this.parts = List.of(parts);
    }

    int steps() {
        return parts.size();
    }

    /// What a step that was not cut short prints on a channel.
    ///
    /// @param step from 1
    /// @param channel `out` or `err`
    List<String> lines(int step, String tag, String channel) {
        List<String> lines = new ArrayList<>();
        Part part = parts.get(step - 1);
        if (part.equals(Part.WHOLE)) {
            return lines;
        }
        IntStream.rangeClosed(1, part.lines())
                .mapToObj(line -> tag + " " + channel + " " + line)
                .forEach(lines::add);
        if (channel.equals("out")) {
            lines.add(tag + " end of step " + step);
        }
        if (this == FAN && step == 3 && channel.equals("out")) {
            lines.add("[\"0-15\",\"1-10\",\"2-15\"]");
        }
        return lines;
    }

    /// The step that fails by itself.
    Optional<Integer> failing() {
        return IntStream.rangeClosed(1, parts.size())
                .boxed()
                .filter(step -> parts.get(step - 1).exitCode() != 0)
                .findFirst();
    }

    /// Makes a repository with this pipeline.
    ///
    /// @return its address
    String repository(Path folder) throws IOException {
        Path place = Files.createDirectories(folder.resolve(name()));
        StringBuilder file = new StringBuilder("image: alpine\npipelines:\n  default:\n");
        if (this == FAN) {
            file.append(fan());
            return commit(place, file.toString());
        }
        for (int step = 1; step <= parts.size(); step++) {
            Part part = parts.get(step - 1);
            file.append("    - step:\n        name: Step ").append(step).append("\n");
            file.append("        script:\n          - '").append(part.script()).append("'\n");
            file.append("          - echo \"$TAG end of step ").append(step).append("\"\n");
            if (part.exitCode() != 0) {
                file.append("          - exit ").append(part.exitCode()).append('\n');
            }
        }
        return commit(place, file.toString());
    }

    private static String fan() {
        String counted =
                "i=0; while [ $i -lt $ITEM ]; do i=$((i+1)); echo \"$TAG out $i\";"
                        + " echo \"$TAG err $i\" >&2; sleep 0.1; done";
        return """
            - step:
                name: Partition
                output-variables: [PARTS]
                script:
                  - '%s'
                  - echo "$TAG end of step $RUNNEL_STEP"
                  - echo "PARTS=[15,10,15]" >> "$RUNNEL_OUTPUT"
            - step:
                name: Work
                foreach: { in: PARTS, max-parallel: 2 }
                output-variables: [DONE]
                script:
                  - '%s'
                  - echo "DONE=$ITEM_INDEX-$ITEM" >> "$RUNNEL_OUTPUT"
                  - echo "$TAG end of step $RUNNEL_STEP"
            - step:
                name: Collect
                script:
                  - '%s'
                  - echo "$TAG end of step $RUNNEL_STEP"
                  - echo "$DONE"
        """
                .formatted(new Part(1, "0", 0).script(), counted, new Part(1, "0", 0).script());
    }

    /// Makes a repository with this file.
    ///
    /// @return its address
    private static String commit(Path place, String file) throws IOException {
        Files.writeString(place.resolve("fxq-pipeline.yml"), file);
        PersonIdent author = new PersonIdent("chaos", "chaos@example.invalid");
        try (Git git = Git.init().setDirectory(place.toFile()).setInitialBranch("main").call()) {
            git.add().addFilepattern(".").call();
            git.commit().setMessage("Print").setAuthor(author).setCommitter(author).call();
        } catch (GitAPIException e) {
            throw new IOException("cannot make a repository in " + place, e);
        }
        return place.toUri().toString();
    }
}
