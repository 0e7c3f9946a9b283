package dev.runnel.artifact.directory;

import dev.runnel.artifact.Artifact;
import dev.runnel.artifact.ArtifactLimits;
import dev.runnel.artifact.ArtifactOwner;
import dev.runnel.artifact.ArtifactOwner.OfCache;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.ArtifactsUnavailable;
import dev.runnel.artifact.FolderReader;
import dev.runnel.artifact.FolderWriter;
import dev.runnel.artifact.Storing;
import dev.runnel.artifact.directory.StoredSet.Entry;
import dev.runnel.run.RunId;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Keeps artifacts in a folder of this machine, or of a file server that several machines mount:
///
/// - `blobs/ab/abcdef…` contents, each once, under its SHA-256;
/// - `runs/<run>/<step>.json` and `caches/<repository>/<cache>.json` what belongs to whom;
/// - `parts/` what is being written.
///
/// A set is written after its contents, by a move. Contents that no set names are removed by
/// `sweep`, which a lock on the file `lock` keeps apart from everything that stores.
@Singleton
public final class DirectoryArtifactStore implements ArtifactStore {
    private static final String SET = ".json";

    private final Path folder;
    private final Path parts;
    private final Blobs blobs;
    private final SharedLock lock;
    private final ArtifactLimits limits;
    private final Clock clock;

    @Inject
    DirectoryArtifactStore(DirectoryConfig config, Clock clock) {
        this(config.directory().toAbsolutePath(), config.limits(), clock);
    }

    public DirectoryArtifactStore(Path folder, ArtifactLimits limits, Clock clock) {
        this.folder = folder;
        this.parts = folder.resolve("parts");
        this.blobs = new Blobs(folder.resolve("blobs"), parts);
        this.lock = new SharedLock(folder.resolve("lock"));
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public Storing store(ArtifactOwner owner, Path from, Predicate<String> wanted) {
        return asked(
                "store files of " + from,
                () -> {
                    Files.createDirectories(parts);
                    try (SharedLock.Held _ = lock.shared()) {
                        SetWriting writing = new SetWriting(owner, blobs, limits, wanted);
                        FolderReader.read(from, writing);
                        if (writing.refusal().isPresent()) {
                            return new Storing.Refused(writing.refusal().get());
                        }
                        StoredSet set = new StoredSet(writing.entries());
                        put(set, file(owner));
                        return new Storing.Stored(set.artifacts(), writing.skipped());
                    }
                });
    }

    private void put(StoredSet set, Path file) throws IOException {
        Path part = parts.resolve(UUID.randomUUID().toString());
        set.write(part);
        Files.createDirectories(file.getParent());
        Files.setLastModifiedTime(part, FileTime.from(clock.instant()));
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public Optional<List<Artifact>> list(ArtifactOwner owner) {
        return asked("read a list", () -> StoredSet.read(file(owner)).map(StoredSet::artifacts));
    }

    @Override
    public List<OfStep> of(RunId run) {
        return asked(
                "read a list",
                () ->
                        names(runFolder(run)).stream()
                                .filter(name -> name.matches("[1-9][0-9]{0,8}" + SET))
                                .map(name -> name.substring(0, name.length() - SET.length()))
                                .map(step -> new OfStep(run, Integer.parseInt(step)))
                                .sorted(Comparator.comparingInt(OfStep::step))
                                .toList());
    }

    @Override
    public Optional<InputStream> open(ArtifactOwner owner, String path) {
        return asked(
                "read " + path,
                () -> {
                    Optional<Entry> entry =
                            StoredSet.read(file(owner)).flatMap(set -> set.file(path));
                    return entry.isPresent() ? blobs.open(entry.get().sha256()) : Optional.empty();
                });
    }

    @Override
    public Optional<String> restore(ArtifactOwner owner, Path to) {
        return asked(
                "restore files to " + to,
                () -> {
                    Optional<StoredSet> set = StoredSet.read(file(owner));
                    if (set.isEmpty()) {
                        return Optional.of("nothing is stored for it (any more)");
                    }
                    touch(file(owner));
                    Path private_ = to.resolveSibling(to.getFileName() + "." + UUID.randomUUID());
                    try (FolderWriter writer = new FolderWriter(to, private_)) {
                        for (Entry entry : set.get().entries()) {
                            Optional<String> missing = restore(entry, writer);
                            if (missing.isPresent()) {
                                return missing;
                            }
                        }
                    }
                    return Optional.empty();
                });
    }

    private Optional<String> restore(Entry entry, FolderWriter writer) throws IOException {
        if (!entry.isFile()) {
            writer.link(entry.path(), entry.link());
            return Optional.empty();
        }
        Optional<InputStream> content = blobs.open(entry.sha256());
        if (content.isEmpty()) {
            return Optional.of("the content of " + entry.path() + " is gone");
        }
        try (InputStream in = content.get()) {
            return writer.file(entry.artifact(), PosixFilePermissions.fromString(entry.mode()), in)
                    ? Optional.empty()
                    : Optional.of("the stored content of " + entry.path() + " is damaged");
        }
    }

    private void touch(Path file) throws IOException {
        try {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (NoSuchFileException e) {
            // it was removed meanwhile; its contents are there as long as they are
        }
    }

    @Override
    public void delete(RunId run) {
        asked(
                "remove files of run " + run,
                () -> {
                    for (String name : names(runFolder(run))) {
                        Files.deleteIfExists(runFolder(run).resolve(name));
                    }
                    Files.deleteIfExists(runFolder(run));
                    return true;
                });
    }

    @Override
    public int sweep(Function<RunId, Need> runs) {
        return asked(
                "remove what nobody needs",
                () -> {
                    if (!Files.isDirectory(folder)) {
                        return 0;
                    }
                    try (SharedLock.Held _ = lock.exclusive()) {
                        return new ArtifactSweep(folder, blobs, limits.totalBytes()).sweep(runs);
                    }
                });
    }

    private Path runFolder(RunId run) {
        return folder.resolve("runs").resolve(run.toString());
    }

    private Path file(ArtifactOwner owner) {
        return switch (owner) {
            case OfStep(RunId run, int step) -> runFolder(run).resolve(step + SET);
            case OfCache(String repository, String name, String version) ->
                    folder.resolve("caches")
                            .resolve(word(repository))
                            .resolve(word(name + '\0' + version) + SET);
        };
    }

    /// A name for any text.
    private static String word(String text) {
        byte[] digest = FolderWriter.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T asked(String what, Question<T> question) {
        try {
            return question.ask();
        } catch (IOException | UncheckedIOException e) {
            throw new ArtifactsUnavailable("cannot " + what, e);
        }
    }
}
