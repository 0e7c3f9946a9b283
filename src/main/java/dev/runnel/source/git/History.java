package dev.runnel.source.git;

import dev.runnel.source.Source.Changes;
import dev.runnel.source.Source.ChangesAnswer;
import dev.runnel.source.Source.ChangesRequest;
import dev.runnel.source.Source.SourceRefusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/// What led to a commit: brings the commits before it into a fresh clone, and compares it with its
/// first parent, or with where it left another branch, in a repository of its own, since the one in
/// the workspace belongs to the steps.
final class History {
    private static final int WITH_PARENT = 2;
    // git takes it for no limit
    private static final int WHOLE = Integer.MAX_VALUE;

    private final Remotes remotes;
    private final Attempt attempt;

    History(Remotes remotes, Attempt attempt) {
        this.remotes = remotes;
        this.attempt = attempt;
    }

    /// Fetches into a clone that nobody has worked in.
    ///
    /// @param commits how many, the revision included; all for `Integer.MAX_VALUE`
    /// @return empty when they are there
    Optional<SourceRefusal> fetch(GitUrl url, Path folder, String revision, int commits)
            throws IOException {
        Path gitDir = folder.resolve(Constants.DOT_GIT);
        Diagnosis diagnosis = new Diagnosis(url);
        attempt.watch(gitDir);
        try (Repository repository = WorkTree.open(folder)) {
            new Fetcher(remotes, attempt, repository, url, diagnosis, commits, Set.of())
                    .fetchHistory(revision);
            attempt.succeed();
            return Optional.empty();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            attempt.check();
            Optional<SourceRefusal> refusal = diagnosis.of(e);
            if (refusal.isPresent()) {
                return refusal;
            }
            throw e;
        }
    }

    ChangesAnswer find(ChangesRequest request, GitUrl url) throws IOException {
        Path gitDir = request.scratch();
        Diagnosis diagnosis = new Diagnosis(url);
        // one that a crash left
        Clone.delete(gitDir, false);
        try {
            Files.createDirectories(gitDir);
            attempt.watch(gitDir);
            try (Repository repository = WorkTree.createBare(gitDir)) {
                Fetcher fetcher =
                        new Fetcher(
                                remotes,
                                attempt,
                                repository,
                                url,
                                diagnosis,
                                request.target().isPresent() ? WHOLE : WITH_PARENT,
                                Set.of());
                Optional<String> name = fetcher.fullName(request.ref());
                RevCommit commit = fetcher.fetchRevision(request.revision());
                Optional<RevCommit> target = Optional.empty();
                if (request.target().isPresent()) {
                    target = Optional.of(fetcher.fetch(request.target()).commit());
                }
                Changes changes =
                        new Changes(
                                paths(repository, commit, target),
                                without(Constants.R_HEADS, name),
                                without(Constants.R_TAGS, name));
                attempt.succeed();
                return changes;
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

    private Set<String> paths(Repository repository, RevCommit commit, Optional<RevCommit> target)
            throws IOException {
        Set<String> paths = new HashSet<>();
        Optional<RevCommit> left = Optional.empty();
        if (target.isPresent()) {
            left = left(repository, commit, target.get());
        }
        try (RevWalk commits = new RevWalk(repository);
                TreeWalk files = new TreeWalk(repository)) {
            RevCommit known = commits.parseCommit(commit);
            if (target.isPresent()) {
                // two branches that have nothing in common differ in everything that differs
                files.addTree(commits.parseCommit(left.orElse(target.get())).getTree());
            } else if (known.getParentCount() == 0) {
                files.addTree(new EmptyTreeIterator());
            } else {
                files.addTree(commits.parseCommit(known.getParent(0)).getTree());
            }
            files.addTree(known.getTree());
            files.setFilter(TreeFilter.ANY_DIFF);
            files.setRecursive(true);
            while (files.next()) {
                attempt.check();
                paths.add(files.getPathString());
            }
        }
        return paths;
    }

    /// Where a commit left the branch of another one.
    private static Optional<RevCommit> left(
            Repository repository, RevCommit commit, RevCommit target) throws IOException {
        try (RevWalk walk = new RevWalk(repository)) {
            walk.setRevFilter(RevFilter.MERGE_BASE);
            walk.markStart(walk.parseCommit(commit));
            walk.markStart(walk.parseCommit(target));
            return Optional.ofNullable(walk.next());
        }
    }

    private static Optional<String> without(String prefix, Optional<String> name) {
        return name.filter(full -> full.startsWith(prefix))
                .map(full -> full.substring(prefix.length()));
    }
}
