package dev.runnel.source.git;

import dev.runnel.network.AddressGuard;
import dev.runnel.network.AddressGuard.Refused;
import dev.runnel.source.Source;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.GitUrl.Unusable;
import dev.runnel.source.git.GitUrl.Usable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/// Clones and pushes with JGit. Keeps nothing between two calls but mirrors, and no git
/// configuration of the user or the machine has a say.
@ApplicationScoped
class GitSource implements Source {
    private final GitConfig config;
    private final AddressGuard guard;
    private final Clock clock;
    private final Mirrors mirrors;

    @Inject
    GitSource(GitConfig config, AddressGuard guard, Clock clock) {
        this.config = config;
        this.guard = guard;
        this.clock = clock;
        this.mirrors = new Mirrors(config.mirrors(), clock);
        SealedSystem.install();
    }

    @Override
    public Optional<SourceRefusal> refusalOf(String url) {
        return switch (GitUrl.parse(url, config.allowedSchemes())) {
            case Unusable(SourceRefusal refusal) -> Optional.of(refusal);
            case Usable(GitUrl usable) -> refusalOf(usable);
        };
    }

    @Override
    public Checkout checkOut(CheckoutRequest request, CloneProgress progress)
            throws InterruptedException {
        return switch (GitUrl.parse(request.url(), config.allowedSchemes())) {
            case Unusable(SourceRefusal refusal) -> refusal;
            case Usable(GitUrl url) -> {
                Attempt attempt = attempt(progress);
                Clone clone =
                        new Clone(
                                config,
                                new Remotes(config, guard),
                                mirrors,
                                attempt,
                                request.folder());
                boolean returned = false;
                try {
                    Checkout checkout =
                            run(
                                    attempt,
                                    url,
                                    () -> clone.run(url, request.ref(), request.revision()),
                                    r -> r);
                    returned = true;
                    yield checkout;
                } finally {
                    if (!returned && attempt.state() == Attempt.State.SUCCEEDED) {
                        // the last report of progress was one too many
                        clone.undo();
                    }
                }
            }
        };
    }

    @Override
    public PushResult commitAndPush(PushRequest request) throws InterruptedException {
        return switch (GitUrl.parse(request.checkout().url(), config.allowedSchemes())) {
            case Unusable(SourceRefusal refusal) -> refusal;
            case Usable(GitUrl url) -> {
                Attempt attempt = attempt(CloneProgress.NONE);
                PushBack push =
                        new PushBack(config.author(), clock, new Remotes(config, guard), attempt);
                yield run(attempt, url, () -> push.push(request, url), r -> r);
            }
        };
    }

    @Override
    public ChangesAnswer changes(ChangesRequest request) throws InterruptedException {
        return switch (GitUrl.parse(request.url(), config.allowedSchemes())) {
            case Unusable(SourceRefusal refusal) -> refusal;
            case Usable(GitUrl url) -> {
                Attempt attempt = attempt(CloneProgress.NONE);
                ChangedFiles changed = new ChangedFiles(new Remotes(config, guard), attempt);
                yield run(attempt, url, () -> changed.find(request, url), r -> r);
            }
        };
    }

    private Optional<SourceRefusal> refusalOf(GitUrl url) {
        if (!url.isLocal()
                && guard.checkUnresolved(url.host()) instanceof Refused(String message)) {
            return Optional.of(new SourceRefusal(SourceFault.URL_NOT_ALLOWED, message));
        }
        return Optional.empty();
    }

    private Attempt attempt(CloneProgress progress) {
        return new Attempt(config.timeout(), config.maxSize().asLongValue(), progress);
    }

    private <T> T run(
            Attempt attempt, GitUrl url, Callable<T> work, Function<SourceRefusal, T> refused)
            throws InterruptedException {
        Optional<T> result = Optional.empty();
        @Nullable Throwable failure = null;
        try {
            result = attempt.run(work);
        } catch (ExecutionException e) {
            failure = e.getCause();
        }
        return switch (attempt.state()) {
            case OUT_OF_TIME -> refused.apply(outOfTime(url));
            case TOO_LARGE -> refused.apply(tooLarge(url));
            case INTERRUPTED -> throw new InterruptedException();
            case RUNNING, SUCCEEDED -> {
                Throwable thrown = failure;
                yield result.orElseThrow(() -> unchecked(thrown));
            }
        };
    }

    private SourceRefusal outOfTime(GitUrl url) {
        return new SourceRefusal(
                SourceFault.TIMEOUT,
                url.shown()
                        + " took longer than "
                        + config.timeout().toSeconds()
                        + " s. Try again, or allow more time with runnel.git.timeout.");
    }

    private SourceRefusal tooLarge(GitUrl url) {
        return new SourceRefusal(
                SourceFault.TOO_LARGE,
                url.shown()
                        + " needs more than "
                        + config.maxSize().asLongValue() / (1024 * 1024)
                        + " MiB on disk. If it is meant to, allow more with runnel.git.max-size.");
    }

    private static RuntimeException unchecked(@Nullable Throwable thrown) {
        return switch (thrown) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            case IOException exception -> new UncheckedIOException(exception);
            case null, default -> new IllegalStateException(thrown);
        };
    }

    /// Compares a commit with its first parent, in a repository of its own: the one in the
    /// workspace holds one commit, and belongs to the steps.
    private static final class ChangedFiles {
        private static final int WITH_PARENT = 2;

        private final Remotes remotes;
        private final Attempt attempt;

        ChangedFiles(Remotes remotes, Attempt attempt) {
            this.remotes = remotes;
            this.attempt = attempt;
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
                                    WITH_PARENT,
                                    Set.of());
                    Optional<String> name = fetcher.fullName(request.ref());
                    RevCommit commit = fetcher.fetchRevision(request.revision());
                    Changes changes =
                            new Changes(
                                    paths(repository, commit),
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

        private Set<String> paths(Repository repository, RevCommit commit) throws IOException {
            Set<String> paths = new HashSet<>();
            try (RevWalk commits = new RevWalk(repository);
                    TreeWalk files = new TreeWalk(repository)) {
                RevCommit known = commits.parseCommit(commit);
                if (known.getParentCount() == 0) {
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

        private static Optional<String> without(String prefix, Optional<String> name) {
            return name.filter(full -> full.startsWith(prefix))
                    .map(full -> full.substring(prefix.length()));
        }
    }
}
