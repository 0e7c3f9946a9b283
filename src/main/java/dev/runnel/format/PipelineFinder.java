package dev.runnel.format;

import dev.runnel.pipeline.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Finds the pipeline file of a checkout and has the right format read it.
public final class PipelineFinder {
    // one byte more than any format reads, so that a format sees that a file is too large
    private static final int MOST_BYTES = 10 * 1024 * 1024;

    private final List<PipelineFormat> formats;

    public PipelineFinder(List<PipelineFormat> formats) {
        this.formats = List.copyOf(formats);
    }

    /// What came of the first pipeline file that the checkout has; empty when it has none.
    public Optional<Reading> read(Path checkout, Selection selection) {
        for (PipelineFormat format : formats) {
            for (String name : format.fileNames()) {
                Path file = checkout.resolve(name);
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    return Optional.of(readFile(format, checkout, name, selection));
                }
            }
        }
        return Optional.empty();
    }

    /// The file names that are looked for.
    public List<String> fileNames() {
        return formats.stream().flatMap(format -> format.fileNames().stream()).toList();
    }

    private static Reading readFile(
            PipelineFormat format, Path checkout, String name, Selection selection) {
        try {
            // a link may lead out of the checkout, to a file that its author must not see
            Path file = checkout.resolve(name).toRealPath();
            if (!file.startsWith(checkout.toRealPath()) || !Files.isRegularFile(file)) {
                return refused(name, "the file is a link that leaves the repository or no file");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return format.read(new PipelineFile(name, in.readNBytes(MOST_BYTES)), selection);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            return refused(name, "the file is a link that leads nowhere");
        } catch (java.nio.file.FileSystemException e) {
            return refused(name, "the file cannot be read: " + e.getReason());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Reading refused(String name, String message) {
        return new Reading.Refused(
                List.of(
                        new Problem(
                                Problem.Severity.ERROR,
                                "unreadable-file",
                                name,
                                0,
                                0,
                                "",
                                message,
                                "put a plain file at the root of the repository")));
    }
}
