package dev.runnel.source.git;

import dev.runnel.source.git.Fetcher.Fetched;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheCheckout;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/// Puts the files of a revision into a folder.
final class WorkTree {
    /// What the smallest file takes on most disks.
    private static final long BLOCK = 4096;

    private final Attempt attempt;

    WorkTree(Attempt attempt) {
        this.attempt = attempt;
    }

    /// A new repository in a folder, on which JGit starts no process.
    static Repository create(Path folder) throws IOException {
        return create(
                new FileRepositoryBuilder()
                        .setGitDir(folder.resolve(Constants.DOT_GIT).toFile())
                        .setWorkTree(folder.toFile()));
    }

    /// One that `create` made.
    static Repository open(Path folder) throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(folder.resolve(Constants.DOT_GIT).toFile())
                .setWorkTree(folder.toFile())
                .setFS(SealedSystem.Files.SHARED)
                .build();
    }

    /// As the other, without a place for files.
    static Repository createBare(Path gitDir) throws IOException {
        return create(new FileRepositoryBuilder().setGitDir(gitDir.toFile()).setBare());
    }

    /// One that `createBare` made.
    static Repository openBare(Path gitDir) throws IOException {
        return new FileRepositoryBuilder()
                .setGitDir(gitDir.toFile())
                .setBare()
                .setFS(SealedSystem.Files.SHARED)
                .build();
    }

    private static Repository create(FileRepositoryBuilder builder) throws IOException {
        Repository repository = builder.setFS(SealedSystem.Files.SHARED).build();
        try {
            repository.create(builder.isBare());
            return repository;
        } catch (IOException | RuntimeException e) {
            repository.close();
            throw e;
        }
    }

    /// Checks the files out, and leaves the repository as git's own clone would.
    void checkOut(Repository repository, GitUrl url, Fetched fetched) throws IOException {
        attempt.expect(size(repository, fetched));
        point(repository, fetched);
        remember(repository, url, fetched);
        DirCache index = repository.lockDirCache();
        try {
            DirCacheCheckout checkout =
                    new DirCacheCheckout(repository, index, fetched.commit().getTree());
            checkout.setProgressMonitor(attempt.monitor());
            checkout.checkout();
        } finally {
            index.unlock();
        }
        attempt.check();
    }

    /// How much the files will need on disk, found out before the first one is written: few objects
    /// can stand for any number of files.
    private long size(Repository repository, Fetched fetched) throws IOException {
        long left = attempt.bytesLeft();
        long bytes = 0;
        try (ObjectReader reader = repository.newObjectReader();
                TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(fetched.commit().getTree());
            while (walk.next()) {
                int mode = walk.getRawMode(0);
                long size =
                        FileMode.TREE.equals(mode) || FileMode.GITLINK.equals(mode)
                                ? 0
                                : reader.getObjectSize(walk.getObjectId(0), Constants.OBJ_BLOB);
                bytes += Math.max(BLOCK, (size + BLOCK - 1) / BLOCK * BLOCK);
                if (FileMode.TREE.equals(mode)) {
                    walk.enterSubtree();
                }
                if (bytes > left) {
                    attempt.tooLarge();
                }
                attempt.check();
            }
        }
        return bytes;
    }

    private static void point(Repository repository, Fetched fetched) throws IOException {
        ObjectId commit = fetched.commit();
        Optional<String> branch = fetched.branch();
        if (branch.isPresent()) {
            update(repository, Constants.R_HEADS + branch.get(), commit);
            update(repository, Constants.R_REMOTES + "origin/" + branch.get(), commit);
            repository.updateRef(Constants.HEAD).link(Constants.R_HEADS + branch.get());
            return;
        }
        Optional<String> tag = fetched.ref().filter(name -> name.startsWith(Constants.R_TAGS));
        if (tag.isPresent()) {
            update(repository, tag.get(), fetched.object());
        }
        RefUpdate head = repository.updateRef(Constants.HEAD, true);
        set(head, commit);
    }

    static void update(Repository repository, String name, ObjectId id) throws IOException {
        set(repository.updateRef(name), id);
    }

    private static void set(RefUpdate update, ObjectId id) throws IOException {
        update.setNewObjectId(id);
        update.disableRefLog();
        RefUpdate.Result result = update.forceUpdate();
        switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> {}
            case NOT_ATTEMPTED,
                    LOCK_FAILURE,
                    REJECTED,
                    REJECTED_CURRENT_BRANCH,
                    REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON,
                    IO_FAILURE,
                    RENAMED ->
                    throw new IOException("cannot write " + update.getName() + ": " + result);
        }
    }

    private static void remember(Repository repository, GitUrl url, Fetched fetched)
            throws IOException {
        StoredConfig config = repository.getConfig();
        String remote = ConfigConstants.CONFIG_REMOTE_SECTION;
        config.setString(remote, "origin", ConfigConstants.CONFIG_KEY_URL, url.withoutSecrets());
        config.setString(remote, "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*");
        fetched.branch()
                .ifPresent(branch -> {
                    String section = ConfigConstants.CONFIG_BRANCH_SECTION;
                    config.setString(section, branch, "remote", "origin");
                    config.setString(section, branch, "merge", Constants.R_HEADS + branch);
                });
        config.save();
    }
}
