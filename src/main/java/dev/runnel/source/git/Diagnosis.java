package dev.runnel.source.git;

import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.URIish;
import org.jspecify.annotations.Nullable;

/// What the connections to one server learnt, and what an exception means in the light of it.
///
/// JGit says most things in an exception's text only. So the connections note down what they see,
/// and exceptions are told apart by their types.
final class Diagnosis {
    private static final int LONGEST_DETAIL = 300;
    private static final int DEEPEST_CAUSE = 20;
    private static final String NO_SPACE = "No space left on device";

    private final GitUrl url;
    private final AtomicReference<Optional<SourceRefusal>> decided =
            new AtomicReference<>(Optional.empty());
    private volatile Optional<String> lockedKey = Optional.empty();
    private final Set<String> secrets = ConcurrentHashMap.newKeySet();
    private volatile int status;

    Diagnosis(GitUrl url) {
        this.url = url;
        URIish uri = url.uri();
        if (uri.getPass() != null) {
            secrets.add(uri.getPass());
        }
    }

    /// An answer that is found while JGit has the control; it ends what JGit does.
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient SourceRefusal refusal;

        RefusedException(SourceFault fault, String message) {
            this(fault, message, null);
        }

        RefusedException(SourceFault fault, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.refusal = new SourceRefusal(fault, message);
        }

        SourceRefusal refusal() {
            return refusal;
        }
    }

    /// Decides on a thread from which no exception gets here.
    void decide(SourceFault fault, String message) {
        decided.compareAndSet(Optional.empty(), Optional.of(new SourceRefusal(fault, message)));
    }

    /// A key file that could not be used because it has a passphrase.
    void lockedKey(String file) {
        lockedKey = Optional.of(file);
    }

    /// The server is told a user and this password.
    void credentialsGiven(String password) {
        secrets.add(password);
    }

    /// The server's last http status.
    void answered(int code) {
        status = code;
    }

    /// What this means; empty when it is not about the server but about this machine, unless its
    /// disk is full.
    Optional<SourceRefusal> of(Throwable thrown) {
        return found(thrown, RefusedException.class)
                .map(RefusedException::refusal)
                .or(decided::get)
                .or(() -> ofDisk(thrown))
                .or(() -> ofConnection(thrown))
                .or(() -> ofAccess(thrown))
                .or(() -> ofContent(thrown))
                .or(() -> ofTransfer(thrown));
    }

    private static Optional<SourceRefusal> ofDisk(Throwable thrown) {
        return found(
                        thrown,
                        IOException.class,
                        failure -> String.valueOf(failure.getMessage()).contains(NO_SPACE))
                .flatMap(_ ->
                        refusal(
                                SourceFault.DISK_FULL,
                                NO_SPACE
                                        + ": the disk of the workspaces is full. Make room on it,"
                                        + " or set runnel.data-dir to a folder on a larger one."));
    }

    private Optional<SourceRefusal> ofConnection(Throwable thrown) {
        String host = url.host();
        if (has(thrown, UnknownHostException.class)) {
            return unreachable(
                    "The host " + host + " has no address. Check its spelling in the URL.");
        }
        if (has(thrown, CertificateException.class)
                || has(thrown, CertPathBuilderException.class)) {
            return refusal(
                    SourceFault.HOST_KEY_REJECTED,
                    "The certificate of "
                            + host
                            + " is not trusted, or it is for another host. If it is the right one,"
                            + " put its authority's certificate into a file and name that in"
                            + " runnel.git.http.ca-file.");
        }
        if (has(thrown, SocketTimeoutException.class) || has(thrown, TimeoutException.class)) {
            return unreachable(
                    host + " does not answer. Try again later, or check host, port and firewall.");
        }
        if (has(thrown, ConnectException.class) || has(thrown, NoRouteToHostException.class)) {
            return unreachable(
                    "Nothing at "
                            + host
                            + " accepts the connection. Try again later, or check host and port.");
        }
        return Optional.empty();
    }

    private Optional<SourceRefusal> ofAccess(Throwable thrown) {
        String host = url.host();
        int disconnect =
                found(thrown, SshException.class).map(SshException::getDisconnectCode).orElse(0);
        if (disconnect == SshConstants.SSH2_DISCONNECT_HOST_KEY_NOT_VERIFIABLE) {
            return refusal(
                    SourceFault.HOST_KEY_REJECTED,
                    "The ssh host key of " + host + " cannot be verified.");
        }
        if (disconnect == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE) {
            return denied(
                    lockedKey
                            .map(file ->
                                    "The key "
                                            + file
                                            + " has a passphrase, and Runnel cannot ask for it. Use"
                                            + " a key without one, or an ssh agent that holds the"
                                            + " key (runnel.git.ssh.agent).")
                            .orElseGet(() ->
                                    host
                                            + " accepted no key, or there is none. Register the"
                                            + " public key with the server, or name the key for it"
                                            + " in runnel.git.ssh.keys.\""
                                            + host
                                            + "\"."));
        }
        if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
            return denied(
                    secrets.isEmpty()
                            ? host
                                    + " wants a user and a password or token. Give them in"
                                    + " runnel.git.http.credentials.\""
                                    + host
                                    + "\".username and .password. A repository that does not"
                                    + " exist may look like this too."
                            : host
                                    + " refused the user and password that it was given. Correct"
                                    + " them in the URL or in runnel.git.http.credentials.");
        }
        if (status == HttpURLConnection.HTTP_FORBIDDEN) {
            return denied(
                    host
                            + " knows who asks and does not permit it (403). Have the user or the"
                            + " token given the right to this repository.");
        }
        if (has(thrown, NoRemoteRepositoryException.class)) {
            return refusal(
                    SourceFault.REPOSITORY_NOT_FOUND,
                    "There is no repository at "
                            + url.shown()
                            + ", or it is hidden from this user. Check the URL and who may read it.");
        }
        return Optional.empty();
    }

    private Optional<SourceRefusal> ofContent(Throwable thrown) {
        if (has(thrown, OutOfMemoryError.class) || has(thrown, LargeObjectException.class)) {
            return refusal(
                    SourceFault.TOO_LARGE,
                    url.shown()
                            + " has a file that needs more memory than Runnel has. Keep such a file"
                            + " out of the repository, or give Runnel more memory.");
        }
        if (has(thrown, CorruptObjectException.class)
                || has(thrown, MissingObjectException.class)
                || has(thrown, IncorrectObjectTypeException.class)
                || has(thrown, InvalidPathException.class)) {
            return transferFailed(
                    url.shown()
                            + " is damaged or has a file name that is not permitted: "
                            + detail(thrown));
        }
        if (has(thrown, java.nio.file.InvalidPathException.class)) {
            return transferFailed(
                    url.shown()
                            + " has a file name that this machine cannot write. Start Runnel with a"
                            + " UTF-8 locale (LC_ALL=C.UTF-8).");
        }
        return Optional.empty();
    }

    private Optional<SourceRefusal> ofTransfer(Throwable thrown) {
        if (isOurDisk(thrown)) {
            return Optional.empty();
        }
        if (has(thrown, TransportException.class) || has(thrown, NotSupportedException.class)) {
            return transferFailed(
                    "The transfer from or to " + url.shown() + " failed: " + detail(thrown));
        }
        return Optional.empty();
    }

    static boolean isOurDisk(Throwable thrown) {
        // A full disk is a plain IOException in Java: nothing but its text says so.
        return has(thrown, FileSystemException.class)
                || found(thrown, IOException.class, e -> NO_SPACE.equals(e.getMessage()))
                        .isPresent();
    }

    /// Text of a server, fit to be shown: on one line, of bounded length, without secrets.
    String printable(String text) {
        String masked = text;
        for (String secret : secrets) {
            masked = secret.isEmpty() ? masked : masked.replace(secret, "***");
        }
        String line = masked.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    private String detail(Throwable thrown) {
        String text = text(thrown);
        // JGit puts the URL in front, and of it hides the password only
        String prefix = url.uri().setPass(null) + ": ";
        text = text.startsWith(prefix) ? text.substring(prefix.length()) : text;
        String root = text(root(thrown));
        return printable(root.endsWith(text) ? text : text + " (" + root + ")");
    }

    private static Throwable root(Throwable thrown) {
        Throwable root = thrown;
        for (int depth = 0; depth < DEEPEST_CAUSE; depth++) {
            Throwable cause = root.getCause();
            if (cause == null) {
                break;
            }
            root = cause;
        }
        return root;
    }

    private static String text(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }

    private static Optional<SourceRefusal> unreachable(String message) {
        return refusal(SourceFault.HOST_UNREACHABLE, message);
    }

    private static Optional<SourceRefusal> denied(String message) {
        return refusal(SourceFault.ACCESS_DENIED, message);
    }

    private static Optional<SourceRefusal> transferFailed(String message) {
        return refusal(SourceFault.TRANSFER_FAILED, message);
    }

    private static Optional<SourceRefusal> refusal(SourceFault fault, String message) {
        return Optional.of(new SourceRefusal(fault, message));
    }

    private static boolean has(Throwable thrown, Class<? extends Throwable> type) {
        return found(thrown, type).isPresent();
    }

    private static <T extends Throwable> Optional<T> found(Throwable thrown, Class<T> type) {
        return found(thrown, type, _ -> true);
    }

    private static <T extends Throwable> Optional<T> found(
            Throwable thrown, Class<T> type, Predicate<T> wanted) {
        Throwable next = thrown;
        for (int depth = 0; next != null && depth < DEEPEST_CAUSE; depth++) {
            if (type.isInstance(next) && wanted.test(type.cast(next))) {
                return Optional.of(type.cast(next));
            }
            next = next.getCause();
        }
        return Optional.empty();
    }
}
