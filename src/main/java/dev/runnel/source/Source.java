package dev.runnel.source;

import java.nio.file.Path;
import java.util.Optional;

/// Fetches one revision of a repository into a folder, and pushes results back.
///
/// Every method may block for long; call them on a virtual thread. Interrupting the thread ends the
/// work within a second and leaves nothing running. Safe for any number of threads, as long as no
/// two work in the same folder. What the repository or its server did wrong is a value
/// ([CheckedOut] or [SourceRefusal]); an exception means that this machine failed.
public interface Source {

    /// Why a URL cannot be used here at all, decided without any connection: its form, its scheme,
    /// an address that is not allowed. Quick enough for a request thread.
    ///
    /// @return empty when the URL may be tried
    Optional<SourceRefusal> refusalOf(String url);

    /// Clones the wanted revision, and only that, into a folder that is empty or does not exist.
    ///
    /// When it does not succeed, the folder's content is removed again.
    ///
    /// @throws java.io.UncheckedIOException when the local disk fails
    Checkout checkOut(CheckoutRequest request, CloneProgress progress) throws InterruptedException;

    /// Adds every change in the folder, commits and pushes to the branch that was checked out.
    ///
    /// Does nothing when nothing changed. Files that git ignores are left out.
    ///
    /// @param folder as it was given to `checkOut`
    /// @param message the commit's message
    PushResult commitAndPush(Path folder, String url, String message) throws InterruptedException;

    /// What is wanted.
    ///
    /// @param url as it was accepted by `refusalOf`
    /// @param ref branch, tag or full commit id; empty for the default branch
    /// @param folder absolute path
    record CheckoutRequest(String url, Optional<String> ref, Path folder) {}

    /// What came of a checkout.
    sealed interface Checkout permits CheckedOut, SourceRefusal {}

    /// The folder holds the revision.
    ///
    /// @param revision full commit id in hexadecimal
    /// @param branch the branch that was checked out; empty for a tag or a commit
    record CheckedOut(String revision, Optional<String> branch) implements Checkout {}

    /// The repository cannot be used; trying again unchanged will not help, unless the fault says
    /// so.
    ///
    /// @param message one or two sentences for people: what happened and what to do; never holds a
    ///   password, a token or a key
    record SourceRefusal(SourceFault fault, String message) implements Checkout, PushResult {}

    /// What came of a push.
    sealed interface PushResult permits Pushed, NothingToPush, SourceRefusal {}

    /// The branch on the server now has this commit.
    record Pushed(String revision) implements PushResult {}

    /// There was no change.
    record NothingToPush() implements PushResult {}

    /// Told about a clone that takes time; called on the cloning thread, a few times a second at
    /// most.
    interface CloneProgress {
        /// Tells nobody.
        CloneProgress NONE = (_, _, _) -> {};

        /// A phase went on.
        ///
        /// @param phase `receiving objects`, `checking out`, …
        /// @param done units so far
        /// @param total all units, 0 when unknown
        void made(String phase, long done, long total);
    }
}
