package dev.runnel.driver;

import dev.runnel.source.Source;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A source in memory: every URL holds the same pipeline file, except `missing`, which does not
/// exist, and `slow`, which never arrives.
final class FolderSource implements Source {
    static final String REVISION = "1".repeat(40);

    private final String file;
    final List<PushRequest> pushed = new CopyOnWriteArrayList<>();
    final List<CheckoutRequest> checkedOut = new CopyOnWriteArrayList<>();
    private final Runnable cloned;

    FolderSource(String file) {
        this(file, () -> {});
    }

    /// @param cloned called when the clone is there
    FolderSource(String file, Runnable cloned) {
        this.file = file;
        this.cloned = cloned;
    }

    @Override
    public Optional<SourceRefusal> refusalOf(String url) {
        return url.isBlank()
                ? Optional.of(new SourceRefusal(SourceFault.URL_MALFORMED, "no url"))
                : Optional.empty();
    }

    /// What the branch is at after so many pushes.
    static String pushedRevision(int pushes) {
        return Integer.toString(pushes + 1).repeat(40);
    }

    @Override
    public Checkout checkOut(CheckoutRequest request, CloneProgress progress)
            throws InterruptedException {
        checkedOut.add(request);
        if (request.url().equals("missing")) {
            return new SourceRefusal(SourceFault.REPOSITORY_NOT_FOUND, "there is no such thing");
        }
        if (request.revision().isPresent() && !request.revision().get().equals(REVISION)) {
            return new SourceRefusal(SourceFault.REF_NOT_FOUND, "there is no such commit.");
        }
        if (request.url().equals("slow")) {
            new CountDownLatch(1).await();
        }
        try {
            Files.createDirectories(request.folder());
            Files.writeString(request.folder().resolve("test-pipeline"), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cloned.run();
        return new CheckedOut(REVISION, Optional.of("main"));
    }

    /// What the revision changed.
    Set<String> changed = Set.of("test-pipeline");

    final AtomicInteger asked = new AtomicInteger();

    @Override
    public ChangesAnswer changes(ChangesRequest request) {
        asked.incrementAndGet();
        return new Changes(changed, Optional.of("main"), Optional.empty());
    }

    @Override
    public Optional<SourceRefusal> fetchHistory(
            CheckoutRequest checkout, String revision, int commits, CloneProgress progress) {
        return Optional.empty();
    }

    @Override
    public PushResult commitAndPush(PushRequest request) {
        pushed.add(request);
        return new Pushed(pushedRevision(pushed.size()), "main");
    }
}
