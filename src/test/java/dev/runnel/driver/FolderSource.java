package dev.runnel.driver;

import dev.runnel.source.Source;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/// A source in memory: every URL holds the same pipeline file, except `missing`, which does not
/// exist, and `slow`, which never arrives.
final class FolderSource implements Source {
    static final String REVISION = "1".repeat(40);

    private final String file;
    private final Runnable cloned;
    final List<String> pushed = new CopyOnWriteArrayList<>();

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

    @Override
    public Checkout checkOut(CheckoutRequest request, CloneProgress progress)
            throws InterruptedException {
        if (request.url().equals("missing")) {
            return new SourceRefusal(SourceFault.REPOSITORY_NOT_FOUND, "there is no such thing");
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

    @Override
    public PushResult commitAndPush(PushRequest request) {
        pushed.add(request.message());
        return new Pushed("2".repeat(40));
    }
}
