package dev.runnel.app;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The folder in which an instance keeps what it needs: the embedded database, workspaces.
///
/// @param path absolute
public record DataDirectory(Path path) {
    public DataDirectory {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("the data directory is an absolute path");
        }
    }

    /// The configured folder, else the user's own place for such data.
    ///
    /// @param configured `runnel.data-dir`; a relative path counts from the working directory
    public static DataDirectory of(Optional<Path> configured) {
        return of(configured, System.getenv(), System.getProperty("user.home", ""));
    }

    static DataDirectory of(Optional<Path> configured, Map<String, String> env, String home) {
        return new DataDirectory(
                configured.orElseGet(() -> usual(env, home)).toAbsolutePath().normalize());
    }

    private static Path usual(Map<String, String> environment, String home) {
        Path shared = Path.of(environment.getOrDefault("XDG_DATA_HOME", ""));
        // the XDG specification has relative paths ignored
        if (shared.isAbsolute()) {
            return shared.resolve("runnel");
        }
        Path own = Path.of(home);
        if (!own.isAbsolute()) {
            throw new CannotStart(
                    "This user has no home directory, so there is no usual place for data. Set"
                            + " runnel.data-dir (in the environment: RUNNEL_DATA_DIR) to a folder.");
        }
        return own.resolve(".local/share/runnel");
    }

    /// Where the embedded database lives.
    Path postgres() {
        return path.resolve("postgres");
    }

    /// Where checkouts are made.
    Path workspaces() {
        return path.resolve("workspaces");
    }

    /// Where workspaces are kept for re-runs.
    Path snapshots() {
        return path.resolve("snapshots");
    }
}
