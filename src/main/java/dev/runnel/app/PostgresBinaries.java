package dev.runnel.app;

import dev.runnel.workspace.Workspaces;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs, which lie in the class path as one archive per platform. They are
/// unpacked once, into a folder that is named after the archive's content.
final class PostgresBinaries {
    private static final String FOLDER = "programs-";

    private final Path folder;

    private PostgresBinaries(Path folder) {
        this.folder = folder;
    }

    /// The programs for this platform, unpacked below `home`.
    static PostgresBinaries in(Path home) throws IOException {
        URLConnection archive = archive().openConnection();
        // a cached connection would keep the jar open for good
        archive.setUseCaches(false);
        try (InputStream content = archive.getInputStream()) {
            Path folder = home.resolve(FOLDER + fingerprint(archive));
            if (!Files.isDirectory(folder)) {
                unpack(content, folder);
            }
            return new PostgresBinaries(folder);
        }
    }

    private static URL archive() {
        String name = "/postgres-" + system() + "-" + processor() + ".txz";
        @Nullable URL archive = PostgresBinaries.class.getResource(name);
        if (archive == null) {
            throw new CannotStart(
                    "Runnel brings no PostgreSQL for "
                            + System.getProperty("os.name")
                            + " on "
                            + System.getProperty("os.arch")
                            + ". Give it a database of yours: quarkus.datasource.jdbc.url,"
                            + " quarkus.datasource.username and quarkus.datasource.password.");
        }
        return archive;
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name;
    }

    private static String processor() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64" -> "x86_64";
            case "aarch64" -> "arm_64";
            default -> name;
        };
    }

    /// Another archive, another fingerprint; without reading the archive.
    private static String fingerprint(URLConnection archive) throws IOException {
        long sum =
                archive instanceof JarURLConnection jar
                        ? jar.getJarEntry().getCrc()
                        : archive.getContentLengthLong();
        return Long.toHexString(sum);
    }

    private static void unpack(InputStream content, Path folder) throws IOException {
        Path unfinished = folder.resolveSibling(folder.getFileName() + ".part");
        Workspaces.delete(unfinished);
        Files.createDirectories(unfinished);
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(content)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                unpack(tar, entry, unfinished.resolve(entry.getName()).normalize());
            }
        }
        // so a folder with the final name is always complete
        Files.move(unfinished, folder);
    }

    private static void unpack(InputStream content, TarArchiveEntry entry, Path target)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, target);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
                target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    /// Where they are.
    Path folder() {
        return folder;
    }

    /// Path of a program: `postgres`, `initdb`, `pg_ctl`.
    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    /// Removes what other versions left beside these.
    void removeOthers() throws IOException {
        try (Stream<Path> entries = Files.list(folder.getParent())) {
            List<Path> others =
                    entries.filter(entry -> entry.getFileName().toString().startsWith(FOLDER))
                            .filter(entry -> !entry.equals(folder))
                            .toList();
            for (Path other : others) {
                Workspaces.delete(other);
            }
        }
    }
}
