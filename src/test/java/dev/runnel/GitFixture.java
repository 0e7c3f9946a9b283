package dev.runnel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/// A bare repository for one test. Commits are written into it directly, without a working tree.
/// `HEAD` is `main`. [TestEnvironment.Git] has its addresses over ssh, http and https when it was
/// made with [#served]; a repository made with [#in] has only [#fileUrl].
public final class GitFixture implements AutoCloseable {
    private static final Instant FIRST_COMMIT = Instant.parse("2026-01-01T00:00:00Z");

    private final Repository repository;
    private int commits;

    private GitFixture(Repository repository) {
        this.repository = repository;
    }

    /// A new repository below `folder`, whose name starts with `name`.
    public static GitFixture in(Path folder, String name) {
        Path directory = folder.resolve(name + "-" + UUID.randomUUID() + ".git");
        try {
            Repository repository =
                    new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().build();
            repository.create(true);
            repository.updateRef(Constants.HEAD).link(Constants.R_HEADS + "main");
            return new GitFixture(repository);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A new repository that the git servers of the test environment offer.
    public static GitFixture served(TestEnvironment environment, String name) {
        return in(environment.git().root(), name);
    }

    /// The last part of every address of this repository, `….git`.
    public String name() {
        return repository.getDirectory().getName();
    }

    public String fileUrl() {
        return "file://" + repository.getDirectory();
    }

    /// For what this class has no method for.
    public Repository repository() {
        return repository;
    }

    /// Adds a commit to `branch`, which comes to be if it was not there: the files of the commit
    /// before and these, path to content. The same calls give the same id every time.
    public ObjectId commit(String branch, Map<String, String> files) {
        return commit(branch, FileMode.REGULAR_FILE, files);
    }

    /// As [#commit(String, Map)], for symbolic links: path to target.
    public ObjectId commitLinks(String branch, Map<String, String> links) {
        return commit(branch, FileMode.SYMLINK, links);
    }

    /// Points the lightweight tag `name` at `target`.
    public void tag(String name, ObjectId target) {
        try {
            pointAt(Constants.R_TAGS + name, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Points the branch `name` at `target`.
    public void branch(String name, ObjectId target) {
        try {
            pointAt(Constants.R_HEADS + name, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The commit that `revision` (a branch, a tag, a sha) stands for now.
    public ObjectId resolve(String revision) {
        try {
            ObjectId id = repository.resolve(revision);
            if (id == null) {
                throw new IllegalArgumentException(name() + " has no " + revision);
            }
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The content of a file as of `revision`.
    public String read(String revision, String path) {
        try {
            return new String(repository.open(resolve(revision + ":" + path)).getBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        repository.close();
    }

    private ObjectId commit(String branch, FileMode mode, Map<String, String> entries) {
        String ref = Constants.R_HEADS + branch;
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId parent = repository.resolve(ref);
            DirCache tree = parent == null ? DirCache.newInCore() : treeOf(parent);
            DirCacheEditor editor = tree.editor();
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                ObjectId blob =
                        inserter.insert(Constants.OBJ_BLOB, entry.getValue().getBytes(UTF_8));
                editor.add(
                        new DirCacheEditor.PathEdit(entry.getKey()) {
                            @Override
                            public void apply(DirCacheEntry file) {
                                file.setFileMode(mode);
                                file.setObjectId(blob);
                            }
                        });
            }
            editor.finish();
            commits++;
            PersonIdent author =
                    new PersonIdent(
                            "Fixture",
                            "fixture@example.invalid",
                            FIRST_COMMIT.plusSeconds(commits),
                            ZoneOffset.UTC);
            CommitBuilder commit = new CommitBuilder();
            commit.setTreeId(tree.writeTree(inserter));
            if (parent != null) {
                commit.setParentId(parent);
            }
            commit.setAuthor(author);
            commit.setCommitter(author);
            commit.setMessage("Commit " + commits + "\n");
            ObjectId id = inserter.insert(commit);
            inserter.flush();
            pointAt(ref, id);
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DirCache treeOf(ObjectId commit) throws IOException {
        DirCache tree = DirCache.newInCore();
        try (ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            DirCacheBuilder builder = tree.builder();
            builder.addTree(new byte[0], DirCacheEntry.STAGE_0, reader, walk.parseTree(commit));
            builder.finish();
        }
        return tree;
    }

    private void pointAt(String ref, ObjectId target) throws IOException {
        RefUpdate update = repository.updateRef(ref);
        update.setNewObjectId(target);
        update.setForceUpdate(true);
        RefUpdate.Result result = update.update();
        switch (result) {
            case NEW, FAST_FORWARD, FORCED, NO_CHANGE -> {}
            case NOT_ATTEMPTED,
                    LOCK_FAILURE,
                    REJECTED,
                    REJECTED_CURRENT_BRANCH,
                    REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON,
                    IO_FAILURE,
                    RENAMED ->
                    throw new IllegalStateException("could not update " + ref + ": " + result);
        }
    }
}
