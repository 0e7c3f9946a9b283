package dev.runnel.app;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Who runs PostgreSQL, which refuses to be run by root.
enum PostgresUser {
    /// Whoever runs Runnel.
    SELF,
    /// Root, in a user namespace in which it is nobody and still owns its files.
    ROOT_IN_NAMESPACE,
    /// Nobody, where root may not make namespaces, as in most containers.
    NOBODY;

    private static final int NOBODY_ID = 65534;

    /// What works for this process.
    static PostgresUser choose() {
        if (new UnixSystem().getUid() != 0) {
            return SELF;
        }
        return Stream.of(ROOT_IN_NAMESPACE, NOBODY)
                .filter(PostgresUser::works)
                .findFirst()
                .orElseThrow(() ->
                        new CannotStart(
                                """
                                PostgreSQL refuses to run as root, and here root can neither make a user namespace \
                                (unshare --user) nor change its user (setpriv).
                                Run Runnel as another user, or give it a database of yours: \
                                quarkus.datasource.jdbc.url, quarkus.datasource.username and \
                                quarkus.datasource.password.\
                                """));
    }

    private boolean works() {
        try {
            Process process =
                    new ProcessBuilder(command(List.of("true")))
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The command line as this user.
    List<String> command(List<String> line) {
        List<String> prefix =
                switch (this) {
                    case SELF -> List.of();
                    case ROOT_IN_NAMESPACE -> List.of("unshare", "--user");
                    case NOBODY ->
                            List.of(
                                    "setpriv",
                                    "--reuid=" + NOBODY_ID,
                                    "--regid=" + NOBODY_ID,
                                    "--clear-groups");
                };
        return Stream.concat(prefix.stream(), line.stream()).toList();
    }

    /// Makes a folder and all below it this user's.
    void own(Path folder) throws IOException {
        if (this == SELF) {
            return;
        }
        int owner = this == NOBODY ? NOBODY_ID : 0;
        if (owner == ownerOf(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                // the folder itself comes last: until it is changed, the next start begins anew
                Files.setAttribute(file, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(file, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static int ownerOf(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }
}
