package dev.runnel.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;

/// Repositories with a pipeline of one step.
final class PipelineRepository {
    private PipelineRepository() {}

    /// Makes one in this folder.
    ///
    /// @return its address
    static String create(Path folder, String image, List<String> script) throws IOException {
        return ofSteps(folder, image, List.of(script));
    }

    /// Makes one with a step for each script, one after the other.
    ///
    /// @return its address
    static String ofSteps(Path folder, String image, List<List<String>> scripts)
            throws IOException {
        Files.createDirectories(folder);
        StringBuilder steps = new StringBuilder();
        for (List<String> script : scripts) {
            steps.append("    - step:\n        name: Measured\n        script:\n")
                    .append(commands(script));
        }
        Files.writeString(
                folder.resolve("fxq-pipeline.yml"),
                "image: " + image + "\npipelines:\n  default:\n" + steps);
        PersonIdent author = new PersonIdent("bench", "bench@example.com");
        try (Git git = Git.init().setDirectory(folder.toFile()).setInitialBranch("main").call()) {
            git.add().addFilepattern(".").call();
            git.commit().setMessage("Measure").setAuthor(author).setCommitter(author).call();
        } catch (GitAPIException e) {
            throw new IOException("cannot make a repository in " + folder, e);
        }
        return folder.toUri().toString();
    }

    private static String commands(List<String> script) {
        return script.stream()
                .map(command -> "          - '" + command.replace("'", "''") + "'\n")
                .collect(Collectors.joining());
    }
}
