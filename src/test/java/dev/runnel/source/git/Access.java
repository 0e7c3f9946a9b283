package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.SourceRefusal;
import java.nio.file.Path;
import java.util.Optional;

/// Checkouts of default branches, where only access is at stake.
final class Access {
    private Access() {}

    /// Succeeds, and gives the branch.
    static String checkOut(GitSources sources, String url, Path folder)
            throws InterruptedException {
        Checkout checkout = attempt(sources, url, folder);
        assertThat(checkout).isInstanceOf(CheckedOut.class);
        return ((CheckedOut) checkout).branch().orElse("");
    }

    /// Fails, and gives the reason.
    static SourceRefusal refusal(GitSources sources, String url, Path folder)
            throws InterruptedException {
        Checkout checkout = attempt(sources, url, folder);
        assertThat(checkout).isInstanceOf(SourceRefusal.class);
        return (SourceRefusal) checkout;
    }

    private static Checkout attempt(GitSources sources, String url, Path folder)
            throws InterruptedException {
        return sources.source()
                .checkOut(new CheckoutRequest(url, Optional.empty(), folder), CloneProgress.NONE);
    }
}
