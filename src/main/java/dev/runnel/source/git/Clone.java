package dev.runnel.source.git;

import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Fetcher.Fetched;
import dev.runnel.source.git.GitUrl.Unusable;
import dev.runnel.source.git.GitUrl.Usable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.BlobBasedConfig;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/// Fills a folder with one revision of a repository, or leaves it as it was.
final class Clone {
    private static final String SECTION = ConfigConstants.CONFIG_SUBMODULE_SECTION;
    private static final int DEEPEST = 5;

    private final GitConfig config;
    private final Remotes remotes;
    private final Mirrors mirrors;
    private final Attempt attempt;
    private final Path folder;
    private final boolean existed;

    /// @param folder is empty or does not exist
    Clone(GitConfig config, Remotes remotes, Mirrors mirrors, Attempt attempt, Path folder) {
        this.config = config;
        this.remotes = remotes;
        this.mirrors = mirrors;
        this.attempt = attempt;
        this.folder = folder;
        this.existed = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
        if (existed && !isEmpty(folder)) {
            throw new IllegalArgumentException(folder + " is not empty");
        }
    }

    Checkout run(GitUrl url, Optional<String> ref, Optional<String> revision) throws IOException {
        boolean succeeded = false;
        try {
            Checkout checkout = checkOut(url, ref, revision, folder, 0);
            succeeded = checkout instanceof CheckedOut && attempt.succeed();
            return checkout;
        } finally {
            if (!succeeded) {
                // told to stop by an interrupt, perhaps; this is to be done all the same
                Thread.interrupted();
                undo();
            }
        }
    }

    /// Leaves the folder as it was before.
    void undo() {
        delete(folder, existed);
    }

    private Checkout checkOut(
            GitUrl url, Optional<String> ref, Optional<String> revision, Path folder, int depth)
            throws IOException {
        Diagnosis diagnosis = new Diagnosis(url);
        Path gitDir = folder.resolve(Constants.DOT_GIT);
        Files.createDirectories(gitDir);
        attempt.watch(gitDir);
        try (Repository repository = WorkTree.create(folder)) {
            Fetcher fetcher = new Fetcher(remotes, attempt, repository, url, diagnosis);
            Optional<Fetched> mirrored =
                    mirrors.fetch(
                            url,
                            attempt,
                            diagnosis,
                            (mirror, complete) ->
                                    new Fetcher(
                                                    remotes, attempt, mirror, url, diagnosis, 1,
                                                    complete)
                                            .fetchAdvertised(ref)
                                            .filter(found -> isWanted(found, revision)),
                            repository);
            Fetched fetched =
                    mirrored.isPresent()
                            ? fetcher.fetched(mirrored.get().object(), mirrored.get().ref())
                            : revision.isPresent()
                                    ? fetcher.fetch(ref, revision.get())
                                    : fetcher.fetch(ref);
            new WorkTree(attempt).checkOut(repository, url, fetched);
            Optional<SourceRefusal> refusal =
                    config.submodules()
                            ? checkOutSubmodules(repository, url, fetched.commit(), folder, depth)
                            : Optional.empty();
            return refusal.<Checkout>map(refused -> refused)
                    .orElseGet(() -> new CheckedOut(fetched.commit().name(), fetched.branch()));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            attempt.check();
            Optional<SourceRefusal> refusal = diagnosis.of(e);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            throw e;
        }
    }

    private static boolean isWanted(Fetched found, Optional<String> revision) {
        return revision.filter(id -> !found.commit().name().equals(id)).isEmpty();
    }

    private Optional<SourceRefusal> checkOutSubmodules(
            Repository repository, GitUrl parent, RevCommit commit, Path folder, int depth)
            throws IOException {
        Map<String, ObjectId> modules = new LinkedHashMap<>();
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(commit.getTree());
            walk.setRecursive(true);
            while (walk.next()) {
                if (FileMode.GITLINK.equals(walk.getRawMode(0))) {
                    modules.put(walk.getPathString(), walk.getObjectId(0));
                }
            }
        }
        Map<String, String> urls = modules.isEmpty() ? Map.of() : urls(repository, commit);
        for (Map.Entry<String, ObjectId> module : modules.entrySet()) {
            String path = module.getKey();
            String url = urls.get(path);
            Checkout checkout =
                    url == null
                            ? failed("has no URL in .gitmodules. Add it there, or remove it.")
                            : depth == DEEPEST
                                    ? failed("is nested too deep.")
                                    : checkOutSubmodule(
                                            parent,
                                            parent.resolve(url),
                                            module.getValue(),
                                            folder.resolve(path),
                                            depth + 1);
            if (checkout instanceof SourceRefusal(SourceFault fault, String message)) {
                return Optional.of(new SourceRefusal(fault, "Submodule " + path + ": " + message));
            }
        }
        return Optional.empty();
    }

    private Checkout checkOutSubmodule(
            GitUrl parent, String url, ObjectId id, Path folder, int depth) throws IOException {
        Set<String> allowed = new HashSet<>(config.allowedSchemes());
        if (!parent.isLocal()) {
            // a repository from elsewhere must not fetch what is on this machine
            allowed.remove("file");
        }
        return switch (GitUrl.parse(url, allowed)) {
            case Unusable(SourceRefusal refusal) -> refusal;
            case Usable(GitUrl usable) ->
                    checkOut(usable, Optional.of(id.name()), Optional.empty(), folder, depth);
        };
    }

    private static Map<String, String> urls(Repository repository, RevCommit commit)
            throws IOException {
        Map<String, String> urls = new HashMap<>();
        try {
            Config config =
                    new BlobBasedConfig(null, repository, commit, Constants.DOT_GIT_MODULES);
            for (String name : config.getSubsections(SECTION)) {
                String path = config.getString(SECTION, name, ConfigConstants.CONFIG_KEY_PATH);
                String url = config.getString(SECTION, name, ConfigConstants.CONFIG_KEY_URL);
                if (path != null && url != null) {
                    urls.put(path, url);
                }
            }
        } catch (FileNotFoundException | ConfigInvalidException _) {
            // then no submodule has a URL
        }
        return urls;
    }

    private static SourceRefusal failed(String why) {
        return new SourceRefusal(SourceFault.TRANSFER_FAILED, "it " + why);
    }

    private static boolean isEmpty(Path folder) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Removes all that is in a folder, and the folder too unless it is to be kept. Links are
    /// removed and not followed.
    static void delete(Path folder, boolean keep) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(folder, new Removal(folder, keep));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Removal extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final boolean keep;

        Removal(Path folder, boolean keep) {
            this.folder = folder;
            this.keep = keep;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (!keep || !visited.equals(folder)) {
                Files.delete(visited);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
