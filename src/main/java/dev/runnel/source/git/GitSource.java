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
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
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
    public Optional<SourceRefusal> fetchHistory(
            CheckoutRequest checkout, String revision, int commits, CloneProgress progress)
            throws InterruptedException {
        return switch (GitUrl.parse(checkout.url(), config.allowedSchemes())) {
            case Unusable(SourceRefusal refusal) -> Optional.of(refusal);
            case Usable(GitUrl url) -> {
                Attempt attempt = attempt(progress);
                History history = new History(new Remotes(config, guard), attempt);
                yield run(
                        attempt,
                        url,
                        () -> history.fetch(url, checkout.folder(), revision, commits),
                        Optional::of);
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
                History history = new History(new Remotes(config, guard), attempt);
                yield run(attempt, url, () -> history.find(request, url), r -> r);
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
}
