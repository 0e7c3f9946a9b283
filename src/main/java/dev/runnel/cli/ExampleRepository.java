package dev.runnel.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;

/// A folder made into a git repository, for as long as it is needed.
final class ExampleRepository implements AutoCloseable {
    private final Path folder;

    private ExampleRepository(Path folder) {
        this.folder = folder;
    }

    /// Copies the folder and commits all of it.
    static ExampleRepository of(Path example) {
        if (!Files.isDirectory(example)) {
            throw new CliFailure(2, example + " is no folder; name one with --example");
        }
        try {
            Path folder = Files.createTempDirectory("runnel-demo");
            Path repository = folder.resolve("examples").resolve(example.getFileName());
            copy(example, repository);
            commit(repository);
            return new ExampleRepository(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void commit(Path repository) {
        try (Git git = Git.init().setDirectory(repository.toFile()).call()) {
            git.add().addFilepattern(".").call();
            git.commit()
                    .setMessage("The example")
                    .setAuthor("Runnel", "runnel@localhost")
                    .setCommitter("Runnel", "runnel@localhost")
                    .setSign(false)
                    .setNoVerify(true)
                    .call();
        } catch (GitAPIException e) {
            throw new IllegalStateException("the example could not be committed", e);
        }
    }

    String url() {
        try (Stream<Path> folders = Files.list(folder.resolve("examples"))) {
            return "file://" + folders.findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try (Stream<Path> paths = Files.walk(folder)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
