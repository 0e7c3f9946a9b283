package dev.runnel.source.git;

import dev.runnel.source.Source.NothingToPush;
import dev.runnel.source.Source.PushRequest;
import dev.runnel.source.Source.PushResult;
import dev.runnel.source.Source.Pushed;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Diagnosis.RefusedException;
import dev.runnel.source.git.Fetcher.Fetched;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator.NoGitlinksStrategy;
import org.eclipse.jgit.treewalk.NameConflictTreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.WorkingTreeOptions;
import org.eclipse.jgit.util.RawParseUtils;

/// Pushes what commands changed in a folder.
///
/// Those commands may have changed the folder's `.git` as well: its configuration can name programs
/// to run and files to read, and its files can be links to anywhere. So the commit is made in a
/// fresh repository beside the folder, from the revision as the server has it and the files in the
/// folder.
final class PushBack {
    private final GitConfig.Author author;
    private final Clock clock;
    private final Remotes remotes;
    private final Attempt attempt;

    PushBack(GitConfig.Author author, Clock clock, Remotes remotes, Attempt attempt) {
        this.author = author;
        this.clock = clock;
        this.remotes = remotes;
        this.attempt = attempt;
    }

    PushResult push(PushRequest request, GitUrl url) throws IOException {
        Path folder = request.checkout().folder();
        Path gitDir = folder.resolveSibling(folder.getFileName() + ".push");
        Diagnosis diagnosis = new Diagnosis(url);
        // one that a crash left
        Clone.delete(gitDir, false);
        try {
            Files.createDirectories(gitDir);
            attempt.watch(gitDir);
            try (Repository repository = WorkTree.createBare(gitDir)) {
                PushResult result = push(request, url, repository, diagnosis);
                attempt.succeed();
                return result;
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            attempt.check();
            Optional<SourceRefusal> refusal = diagnosis.of(e);
            if (refusal.isPresent()) {
                return refusal.get();
            }
            throw e;
        } finally {
            Thread.interrupted();
            Clone.delete(gitDir, false);
        }
    }

    private PushResult push(
            PushRequest request, GitUrl url, Repository repository, Diagnosis diagnosis)
            throws IOException {
        Fetched fetched =
                new Fetcher(remotes, attempt, repository, url, diagnosis)
                        .fetch(request.checkout().ref());
        String branch =
                fetched.branch()
                        .orElseThrow(() ->
                                rejected(
                                        "There is nothing to push to: what was checked out is a tag"
                                                + " or a commit. Start the run on a branch."));
        boolean atBase = fetched.commit().name().equals(request.base());
        if (!atBase && !isCommitOf(request, fetched.commit())) {
            throw moved(branch);
        }
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId tree =
                    tree(repository, request.checkout().folder(), fetched.commit(), inserter);
            if (tree.equals(fetched.commit().getTree())) {
                return atBase ? new NothingToPush() : new Pushed(fetched.commit().name(), branch);
            }
            if (!atBase) {
                throw moved(branch);
            }
            ObjectId commit = commit(inserter, tree, fetched.commit(), request.message());
            inserter.flush();
            send(repository, url, diagnosis, commit, branch, fetched.commit());
            return new Pushed(commit.name(), branch);
        }
    }

    /// Whether this commit is what an earlier try of this push would have left on the branch; its
    /// tree is another question.
    private static boolean isCommitOf(PushRequest request, RevCommit tip) {
        // a commit at the edge of a shallow clone does not show its parents, but its text has them
        String header = RawParseUtils.decode(tip.getRawBuffer());
        return header.contains("\nparent " + request.base() + "\n")
                && tip.getFullMessage().equals(text(request.message()));
    }

    private static String text(String message) {
        return message.endsWith("\n") ? message : message + "\n";
    }

    private void send(
            Repository repository,
            GitUrl url,
            Diagnosis diagnosis,
            ObjectId commit,
            String branch,
            ObjectId base)
            throws IOException {
        RemoteRefUpdate update =
                new RemoteRefUpdate(
                        repository,
                        commit.name(),
                        commit,
                        Constants.R_HEADS + branch,
                        false,
                        null,
                        base);
        String said;
        try (Transport transport = remotes.open(repository, url, diagnosis)) {
            said = transport.push(attempt.monitor(), List.of(update)).getMessages();
        }
        switch (update.getStatus()) {
            case OK, UP_TO_DATE -> {}
            case REJECTED_NONFASTFORWARD, REJECTED_REMOTE_CHANGED, NON_EXISTING ->
                    throw moved(branch);
            case REJECTED_OTHER_REASON, REJECTED_NODELETE -> {
                String why = update.getMessage() == null ? "" : update.getMessage();
                throw rejected(
                        "The server refused the push to "
                                + branch
                                + ": "
                                + diagnosis.printable(why + " " + said)
                                + ". Check the branch's protection and what this user may do.");
            }
            case NOT_ATTEMPTED, AWAITING_REPORT ->
                    throw new RefusedException(
                            SourceFault.TRANSFER_FAILED,
                            "The server did not say whether it took the push to " + branch + ".");
        }
    }

    private ObjectId commit(ObjectInserter inserter, ObjectId tree, ObjectId parent, String message)
            throws IOException {
        PersonIdent who =
                new PersonIdent(author.name(), author.email(), clock.instant(), ZoneOffset.UTC);
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentId(parent);
        commit.setAuthor(who);
        commit.setCommitter(who);
        commit.setMessage(text(message));
        return inserter.insert(commit);
    }

    /// What `git add --all` would make of the folder.
    private ObjectId tree(
            Repository repository, Path folder, RevCommit base, ObjectInserter inserter)
            throws IOException {
        DirCache after = DirCache.newInCore();
        DirCacheBuilder builder = after.builder();
        try (ObjectReader reader = repository.newObjectReader();
                NameConflictTreeWalk walk = new NameConflictTreeWalk(repository, reader)) {
            walk.setOperationType(TreeWalk.OperationType.CHECKIN_OP);
            walk.addTree(new DirCacheIterator(DirCache.read(reader, base.getTree())));
            FileTreeIterator root =
                    new FileTreeIterator(
                            folder.toFile(),
                            repository.getFS(),
                            repository.getConfig().get(WorkingTreeOptions.KEY),
                            NoGitlinksStrategy.INSTANCE);
            root.setDirCacheIterator(walk, 0);
            walk.addTree(root);
            while (walk.next()) {
                attempt.check();
                add(walk, builder, inserter);
            }
        } catch (UncheckedIOException e) {
            throw rejected(
                    "A folder cannot be read ("
                            + e.getMessage()
                            + "), so nothing is committed. Have the commands leave folders that the"
                            + " user of Runnel may read.");
        } catch (InvalidPathException e) {
            throw rejected("A file cannot be committed under its name: " + e.getMessage() + ".");
        }
        builder.finish();
        return after.writeTree(inserter);
    }

    private static void add(
            NameConflictTreeWalk walk, DirCacheBuilder builder, ObjectInserter inserter)
            throws IOException {
        int before = walk.getRawMode(0);
        FileTreeIterator file = walk.getTree(1, FileTreeIterator.class);
        if (FileMode.GITLINK.equals(before)) {
            // a submodule stays at its commit
            DirCacheEntry entry = new DirCacheEntry(walk.getRawPath());
            entry.setFileMode(FileMode.GITLINK);
            entry.setObjectId(walk.getObjectId(0));
            builder.add(entry);
        } else if (file == null || (FileMode.MISSING.equals(before) && file.isEntryIgnored())) {
            // deleted, or never to be added
            return;
        } else if (FileMode.TREE.equals(file.getEntryRawMode())) {
            walk.enterSubtree();
        } else {
            DirCacheEntry entry = new DirCacheEntry(walk.getRawPath());
            entry.setFileMode(file.getEntryFileMode());
            entry.setObjectId(content(file, walk.getObjectId(0), inserter));
            builder.add(entry);
        }
    }

    private static ObjectId content(FileTreeIterator file, ObjectId before, ObjectInserter inserter)
            throws IOException {
        Path path = file.getEntryFile().toPath();
        try {
            // A file that is as it was stays as it was, also if git would now end its lines in
            // another way.
            if (!FileMode.SYMLINK.equals(file.getEntryRawMode())) {
                try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
                    if (inserter.idFor(Constants.OBJ_BLOB, file.getEntryLength(), in)
                            .equals(before)) {
                        return before;
                    }
                }
            }
            try (InputStream in = file.openEntryStream()) {
                return inserter.insert(Constants.OBJ_BLOB, file.getEntryContentLength(), in);
            }
        } catch (FileSystemException e) {
            throw new RefusedException(
                    SourceFault.PUSH_REJECTED,
                    "The file "
                            + file.getEntryPathString()
                            + " cannot be read, so it cannot be committed. Have the commands leave"
                            + " files that the user of Runnel may read.",
                    e);
        }
    }

    private static RefusedException moved(String branch) {
        return rejected(
                "The branch "
                        + branch
                        + " on the server moved on, or is gone, since it was checked out. Run again"
                        + " on its new state.");
    }

    private static RefusedException rejected(String message) {
        return new RefusedException(SourceFault.PUSH_REJECTED, message);
    }
}
