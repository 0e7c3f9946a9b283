package dev.runnel.source;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

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
    /// When it does not succeed, the folder's content is removed again. The folder then holds the
    /// files and git's own data, but no password. Links in it may lead anywhere: a reader has to
    /// see to it that it stays inside.
    ///
    /// @throws java.io.UncheckedIOException when the local disk fails
    Checkout checkOut(CheckoutRequest request, CloneProgress progress) throws InterruptedException;

    /// Fetches more of what led to a revision into the folder of a [CheckedOut], so that as many
    /// commits are there as are wanted, or all of them. Nobody may have worked in the folder yet;
    /// when it does not succeed, the folder is of no use. The same limits hold as for a checkout.
    ///
    /// @param checkout as it was given to `checkOut`
    /// @param revision that of the [CheckedOut]
    /// @param commits how many, the revision included; `Integer.MAX_VALUE` for all, with the tags
    ///   that the repository has on them
    /// @return empty when they are there
    /// @throws java.io.UncheckedIOException when the local disk fails
    Optional<SourceRefusal> fetchHistory(
            CheckoutRequest checkout, String revision, int commits, CloneProgress progress)
            throws InterruptedException;

    /// Makes one commit of what the folder differs in from a revision, and pushes it to the branch
    /// that was checked out.
    ///
    /// New, changed and deleted files count, with their executable bit; files that git ignores do
    /// not. Whoever worked in the folder is not trusted: its own git data (configuration, hooks,
    /// index, commits) is neither read nor changed, and a link is committed as a link. Nothing may
    /// write into the folder meanwhile. The same limits hold as for a checkout. Does nothing when
    /// nothing changed; when the branch is already at the commit that this would make, because an
    /// earlier try got through and its answer did not, that commit is [Pushed]. Refuses with
    /// `PUSH_REJECTED` when no branch was checked out or when the branch on the server is
    /// elsewhere. After an interrupt nobody knows whether the server took the push.
    ///
    /// @throws java.io.UncheckedIOException when the local disk fails
    PushResult commitAndPush(PushRequest request) throws InterruptedException;

    /// Finds out what a revision changed, and what it was reached by.
    ///
    /// The changed files are those that differ from the first parent of the revision: new, changed
    /// and deleted ones; all files for a commit without parents. The same limits hold as for a
    /// checkout.
    ///
    /// @throws java.io.UncheckedIOException when the local disk fails
    ChangesAnswer changes(ChangesRequest request) throws InterruptedException;

    /// What is wanted.
    ///
    /// @param url as it was accepted by `refusalOf`
    /// @param ref branch, tag, full ref name or commit id, of which 7 digits are enough; a branch
    ///   is preferred to a tag of the same name. Empty for the default branch
    /// @param revision full id of the one commit that is wanted although the ref may be elsewhere
    ///   by now; empty for what the ref stands for
    /// @param folder absolute path
    record CheckoutRequest(
            String url, Optional<String> ref, Optional<String> revision, Path folder) {
        /// For what the ref stands for.
        public CheckoutRequest(String url, Optional<String> ref, Path folder) {
            this(url, ref, Optional.empty(), folder);
        }
    }

    /// What is to be pushed.
    ///
    /// @param checkout as it was given to `checkOut`
    /// @param base full id of the commit that the branch is at: that of the [CheckedOut], and after
    ///   a push that of the [Pushed]
    /// @param message the commit's message
    record PushRequest(CheckoutRequest checkout, String base, String message) {}

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
    record SourceRefusal(SourceFault fault, String message)
            implements Checkout, PushResult, ChangesAnswer {}

    /// What is to be found out about.
    ///
    /// @param url as it was accepted by `refusalOf`
    /// @param ref as it was given to `checkOut`
    /// @param revision full id of the commit that is asked about
    /// @param target the branch into which the commit is to be merged: what changed since it left
    ///   that branch is wanted. Empty: what it changed in comparison with its first parent
    /// @param scratch absolute path of a folder that does not exist and will not when this is done
    record ChangesRequest(
            String url,
            Optional<String> ref,
            String revision,
            Optional<String> target,
            Path scratch) {
        /// What a revision changed in comparison with its first parent.
        public ChangesRequest(String url, Optional<String> ref, String revision, Path scratch) {
            this(url, ref, revision, Optional.empty(), scratch);
        }
    }

    /// What came of the question.
    sealed interface ChangesAnswer permits Changes, SourceRefusal {}

    /// What a revision changed.
    ///
    /// @param paths of the changed files, relative to the root of the repository, with slashes
    /// @param branch that the ref is, without `refs/heads/`
    /// @param tag that the ref is, without `refs/tags/`
    record Changes(Set<String> paths, Optional<String> branch, Optional<String> tag)
            implements ChangesAnswer {
        public Changes {
            paths = Set.copyOf(paths);
        }
    }

    /// What came of a push.
    sealed interface PushResult permits Pushed, NothingToPush, SourceRefusal {}

    /// The branch on the server now has this commit.
    ///
    /// @param branch its name, without `refs/heads/`
    record Pushed(String revision, String branch) implements PushResult {}

    /// There was no change.
    record NothingToPush() implements PushResult {}

    /// Told about a clone that takes time; called on the thread that called `checkOut`, a few times
    /// a second at most. What it throws ends the clone and is thrown by `checkOut`.
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
