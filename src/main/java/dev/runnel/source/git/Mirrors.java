package dev.runnel.source.git;

import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Fetcher.Fetched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.ObjectStream;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.jspecify.annotations.Nullable;

/// Bare copies of remote repositories on this machine, so that a checkout brings only what is new.
///
/// The server is asked each time, with the caller's own credentials, what the wanted branch or tag
/// is, so nobody gets a commit that the server would not give them; a checkout gets the objects of
/// its one commit and no others. A mirror is used by one process at a time; who does not get it
/// soon goes on without. So does who finds it damaged, and removes it.
///
/// On disk, in the directory: `<name>` is a repository whose refs name what is complete in it,
/// `<name>.lock` is locked while it is used, and its time is that of the last use.
final class Mirrors {
    private static final System.Logger LOG = System.getLogger(Mirrors.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
    private static final String REFS = "refs/mirror/";
    private static final String LOCK = ".lock";
    private static final int MOST_PACKS = 50;

    private final Path directory;
    private final long limit;
    private final Clock clock;

    /// @param config where they are and how large they may be together
    Mirrors(GitConfig.Mirrors config, Clock clock) {
        this.directory = config.directory().toAbsolutePath().normalize();
        this.limit = config.limit().asLongValue();
        this.clock = clock;
    }

    /// Asks the server in the name of the caller.
    interface Asking {
        /// Fetches what the server says the ref is, without what the mirror has already.
        ///
        /// @param complete what the mirror has
        /// @return empty when the server names no such branch or tag
        Optional<Fetched> fetch(Repository mirror, Set<ObjectId> complete) throws IOException;
    }

    /// Fetches through the mirror of a repository.
    ///
    /// @param target a new repository that gets the commit
    /// @return what was fetched; empty when it has to be fetched without a mirror
    /// @throws IOException when the server refused; a damaged mirror is no reason
    Optional<Fetched> fetch(
            GitUrl url, Attempt attempt, Diagnosis diagnosis, Asking asking, Repository target)
            throws IOException {
        if (limit == 0 || url.isLocal()) {
            return Optional.empty();
        }
        Path mirror = directory.resolve(name(url));
        try (FileChannel channel = channel(mirror);
                FileLock lock = lock(channel, attempt, PATIENCE)) {
            if (lock == null) {
                return Optional.empty();
            }
            return fetchLocked(mirror, attempt, diagnosis, asking, target);
        }
    }

    private Optional<Fetched> fetchLocked(
            Path mirror, Attempt attempt, Diagnosis diagnosis, Asking asking, Repository target)
            throws IOException {
        try {
            Optional<Fetched> fetched = bring(mirror, attempt, asking, target);
            touch(mirror);
            trim(mirror);
            return fetched;
        } catch (IOException | RuntimeException e) {
            attempt.check();
            if (diagnosis.of(e).filter(refusal -> isOfServer(refusal.fault())).isPresent()) {
                throw e;
            }
            LOG.log(System.Logger.Level.WARNING, "cloning without the mirror " + mirror, e);
            Clone.delete(mirror, false);
            return Optional.empty();
        }
    }

    // What else there is may be the mirror's own fault, and shows again without it when it is not
    private static boolean isOfServer(SourceFault fault) {
        return switch (fault) {
            case REF_NOT_FOUND, TRANSFER_FAILED, DISK_FULL, TOO_LARGE, TIMEOUT, PUSH_REJECTED ->
                    false;
            case URL_MALFORMED,
                    URL_NOT_ALLOWED,
                    REPOSITORY_NOT_FOUND,
                    ACCESS_DENIED,
                    HOST_KEY_REJECTED,
                    HOST_UNREACHABLE ->
                    true;
        };
    }

    private static Optional<Fetched> bring(
            Path mirror, Attempt attempt, Asking asking, Repository target) throws IOException {
        try (Repository repository = open(mirror);
                Attempt.Watch _ = attempt.watchGrowth(mirror)) {
            Set<ObjectId> complete = new HashSet<>();
            for (Ref ref : repository.getRefDatabase().getRefsByPrefix(REFS)) {
                complete.add(ref.getObjectId());
            }
            Optional<Fetched> fetched = asking.fetch(repository, complete);
            if (fetched.isPresent()) {
                copy(repository, fetched.get(), attempt, target);
                remember(repository, fetched.get());
            }
            return fetched;
        }
    }

    private static Repository open(Path mirror) throws IOException {
        return Files.exists(mirror.resolve(Constants.HEAD))
                ? WorkTree.openBare(mirror)
                : WorkTree.createBare(mirror);
    }

    // After it was copied as a whole, so that what a ref names is complete
    private static void remember(Repository mirror, Fetched fetched) throws IOException {
        String key = fetched.ref().orElse(Constants.HEAD);
        RefUpdate update = mirror.updateRef(REFS + hash(key));
        update.setNewObjectId(fetched.object());
        update.setRefLogMessage("fetched", false);
        update.forceUpdate();
    }

    // The commit with its files and nothing else. Object by object, since JGit goes round for ever
    // when it has to write a damaged one into a pack; each is seen to be what its name says.
    private static void copy(Repository mirror, Fetched fetched, Attempt attempt, Repository target)
            throws IOException {
        ObjectDirectory objects = (ObjectDirectory) target.getObjectDatabase();
        Set<ObjectId> seen = new HashSet<>(Set.of(fetched.object()));
        Deque<ObjectId> left = new ArrayDeque<>(seen);
        try (ObjectReader reader = mirror.newObjectReader();
                PackInserter inserter = objects.newPackInserter()) {
            inserter.checkExisting(false);
            inserter.setCompressionLevel(Deflater.BEST_SPEED);
            while (!left.isEmpty()) {
                attempt.check();
                for (ObjectId next : copy(reader, left.pop(), inserter)) {
                    if (seen.add(next)) {
                        left.push(next);
                    }
                }
            }
            inserter.flush();
        }
        if (mirror.getObjectDatabase().getShallowCommits().contains(fetched.commit().getId())) {
            objects.setShallowCommits(Set.of(fetched.commit().getId()));
        }
    }

    /// @return what belongs to the object
    private static List<ObjectId> copy(ObjectReader from, ObjectId id, ObjectInserter into)
            throws IOException {
        ObjectLoader loader = from.open(id);
        if (loader.getType() == Constants.OBJ_BLOB) {
            try (ObjectStream stream = loader.openStream()) {
                checkSame(id, into.insert(Constants.OBJ_BLOB, stream.getSize(), stream));
            }
            return List.of();
        }
        byte[] bytes = loader.getBytes();
        checkSame(id, into.insert(loader.getType(), bytes));
        return switch (loader.getType()) {
            case Constants.OBJ_TAG -> List.of(RevTag.parse(bytes).getObject().copy());
            case Constants.OBJ_COMMIT -> List.of(RevCommit.parse(bytes).getTree().copy());
            default -> entries(bytes);
        };
    }

    private static List<ObjectId> entries(byte[] tree) {
        List<ObjectId> entries = new ArrayList<>();
        CanonicalTreeParser parser = new CanonicalTreeParser();
        for (parser.reset(tree); !parser.eof(); parser.next()) {
            if (!FileMode.GITLINK.equals(parser.getEntryRawMode())) {
                entries.add(parser.getEntryObjectId());
            }
        }
        return entries;
    }

    private static void checkSame(ObjectId wanted, ObjectId inserted) throws IOException {
        if (!wanted.equals(inserted)) {
            throw new IOException("object " + wanted.name() + " of a mirror is damaged");
        }
    }

    private FileChannel channel(Path mirror) throws IOException {
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return FileChannel.open(
                lockOf(mirror), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static Path lockOf(Path mirror) {
        return mirror.resolveSibling(mirror.getFileName() + LOCK);
    }

    private static @Nullable FileLock lock(FileChannel channel, Attempt attempt, Duration patience)
            throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        @Nullable FileLock lock = tryLock(channel);
        while (lock == null && System.nanoTime() < deadline) {
            attempt.check();
            try {
                Thread.sleep(BETWEEN_TRIES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for a mirror", e);
            }
            lock = tryLock(channel);
        }
        return lock;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // another thread of this process has it
            return null;
        }
    }

    private void touch(Path mirror) throws IOException {
        Files.setLastModifiedTime(lockOf(mirror), FileTime.from(clock.instant()));
    }

    private record Held(Path path, FileTime used, long bytes) {}

    /// Removes those that were not used for longest until the rest is small enough, and one that
    /// consists of too many pieces.
    private void trim(Path current) throws IOException {
        if (packs(current) > MOST_PACKS) {
            Clone.delete(current, false);
        }
        List<Held> held = held();
        long bytes = held.stream().mapToLong(Held::bytes).sum();
        for (Held mirror : held) {
            if (bytes <= limit) {
                return;
            }
            if (mirror.path().equals(current) || removeUnused(mirror.path())) {
                Clone.delete(mirror.path(), false);
                bytes -= mirror.bytes();
            }
        }
    }

    private static boolean removeUnused(Path mirror) throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                lockOf(mirror),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = tryLock(channel)) {
            if (lock == null) {
                return false;
            }
            Clone.delete(mirror, false);
            return true;
        }
    }

    private List<Held> held() throws IOException {
        List<Held> held = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path path : entries.filter(Files::isDirectory).toList()) {
                Path lock = lockOf(path);
                FileTime used =
                        Files.exists(lock)
                                ? Files.getLastModifiedTime(lock)
                                : FileTime.fromMillis(0);
                held.add(new Held(path, used, Attempt.bytesIn(path)));
            }
        }
        held.sort(Comparator.comparing(Held::used));
        return held;
    }

    private static long packs(Path mirror) throws IOException {
        try (Stream<Path> files = Files.list(mirror.resolve("objects/pack"))) {
            return files.filter(file -> file.toString().endsWith(".pack")).count();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static String name(GitUrl url) {
        return hash(url.withoutSecrets());
    }

    private static String hash(String text) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 20);
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
