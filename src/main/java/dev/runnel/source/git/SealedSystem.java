package dev.runnel.source.git;

import java.io.File;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.FileTreeIterator.FileModeStrategy;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// What JGit sees of this machine: no git configuration of a user or of the system, with its
/// rewritten URLs, proxies, credential helpers and hooks, and no `GIT_…` variable. All of that
/// belongs to whoever works at this machine and not to Runnel.
final class SealedSystem extends SystemReader.Delegate {
    /// As exact as the times of any file system that can hold a clone.
    static final Duration EXACT_TO = Duration.ofSeconds(1);

    private SealedSystem(SystemReader system) {
        super(system);
    }

    /// Makes it what the whole process sees: JGit knows one per process.
    static void install() {
        SystemReader current = SystemReader.getInstance();
        if (!(current instanceof SealedSystem)) {
            SystemReader.setInstance(new SealedSystem(current));
        }
    }

    @Override
    public @Nullable String getenv(String variable) {
        return variable.startsWith("GIT_") ? null : super.getenv(variable);
    }

    @Override
    public String getHostname() {
        // the delegate asks a name server
        return "localhost";
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new EmptyConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        FileBasedConfig config = new KnownClock(parent, fs);
        // By itself JGit also takes carriage returns away when it checks text out; git does not.
        config.setString("core", null, "eol", "lf");
        return config;
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new EmptyConfig(parent, fs);
    }

    /// Says of every file system that the times of its files are exact to a second. JGit would find
    /// that out by itself, in the first clone, which would take seconds and files in that clone.
    private static final class KnownClock extends EmptyConfig {
        KnownClock(@Nullable Config parent, FS fs) {
            super(parent, fs);
        }

        @Override
        public long getTimeUnit(
                String section,
                @Nullable String fileSystem,
                String name,
                long defaultValue,
                TimeUnit unit) {
            return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)
                            && name.equals(ConfigConstants.CONFIG_KEY_TIMESTAMP_RESOLUTION)
                    ? unit.convert(EXACT_TO)
                    : super.getTimeUnit(section, fileSystem, name, defaultValue, unit);
        }
    }

    private static class EmptyConfig extends FileBasedConfig {
        EmptyConfig(@Nullable Config parent, FS fs) {
            super(parent, new File("no-git-config"), fs);
        }

        @Override
        public void load() {}

        @Override
        public void save() {
            // JGit notes here how exact the file system's clock is
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }

    /// A file system on which no process is started and only files, folders and links are seen: a
    /// named pipe would be waited for.
    static final class Files extends FS_POSIX {
        /// For all repositories: each one tries anew what the disk can do.
        static final FS SHARED = new Files();

        @Override
        public FS newInstance() {
            return new Files();
        }

        @Override
        protected @Nullable File discoverGitExe() {
            return null;
        }

        @Override
        public @Nullable File findHook(Repository repository, String hookName) {
            return null;
        }

        @Override
        public ProcessBuilder runInShell(String command, String[] arguments) {
            throw new UnsupportedOperationException("no process is started for git");
        }

        @Override
        public WorkingTreeIterator.Entry[] list(File directory, FileModeStrategy modes) {
            File[] all = directory.listFiles();
            if (all == null) {
                // it must not pass for an empty one: its files would be committed as deleted
                throw new UncheckedIOException(new AccessDeniedException(directory.toString()));
            }
            List<WorkingTreeIterator.Entry> entries = new ArrayList<>();
            for (File file : all) {
                FS.Attributes attributes = getAttributes(file);
                if (attributes.isRegularFile()
                        || attributes.isDirectory()
                        || attributes.isSymbolicLink()) {
                    entries.add(new FileTreeIterator.FileEntry(file, this, attributes, modes));
                }
            }
            return entries.toArray(WorkingTreeIterator.Entry[]::new);
        }
    }
}
