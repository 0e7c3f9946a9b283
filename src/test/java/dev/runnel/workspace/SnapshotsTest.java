package dev.runnel.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.run.RunId;
import dev.runnel.workspace.Snapshots.After;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
    private static final long MIB = 1024 * 1024;

    @TempDir Path temp;

    private final RunId run = RunId.at(Instant.now(), RandomGenerator.getDefault());
    private Path workspace;
    private Path restored;

    @BeforeEach
    void create() throws IOException {
        workspace = Files.createDirectories(temp.resolve("workspaces/original"));
        restored = temp.resolve("workspaces/restored");
    }

    @Test
    void aRestoredWorkspaceIsWhatItWasDownToModesTimesAndLinks() throws Exception {
        Files.createDirectories(workspace.resolve("a/b/empty"));
        Files.writeString(workspace.resolve("a/b/file"), "content");
        Files.writeString(workspace.resolve("a/program"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(
                workspace.resolve("a/program"), PosixFilePermissions.fromString("rwxr-x--x"));
        Files.createLink(workspace.resolve("same"), workspace.resolve("a/program"));
        Files.createSymbolicLink(workspace.resolve("out"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(workspace.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(workspace.resolve("nowhere"), Path.of("not/there"));
        mkfifo(workspace.resolve("pipe"));
        Files.setLastModifiedTime(
                workspace.resolve("a/b"), FileTime.from(Instant.parse("2020-01-02T03:04:05.678Z")));
        Files.setPosixFilePermissions(
                workspace.resolve("a/b"), PosixFilePermissions.fromString("r-xr-xr-x"));
        Map<String, String> before = listing(workspace);

        assertThat(snapshots().take(workspace, run, After.first(2), 7, () -> {})).isEmpty();
        Workspaces.delete(workspace);
        assertThat(snapshots().restore(run, 2, restored)).isEmpty();

        assertThat(listing(restored)).isEqualTo(before);
        assertThat(restored.resolve("a/b/file")).hasContent("content");
        Files.writeString(restored.resolve("same"), "through either name");
        assertThat(restored.resolve("a/program")).hasContent("through either name");
        assertThat(Path.of("/etc/passwd")).exists();
    }

    @Test
    void ownersSurvive() throws Exception {
        assumeTrue(isRoot(), "only root can give files away");
        Files.writeString(workspace.resolve("file"), "x");
        Files.createDirectory(workspace.resolve("folder"));
        Files.createSymbolicLink(workspace.resolve("link"), Path.of("file"));
        for (String name : List.of("file", "folder", "link")) {
            chown(workspace.resolve(name), 4321, 1234);
        }
        // a mode that would be lost if the owner came after it
        Files.setAttribute(workspace.resolve("file"), "unix:mode", 04755);
        Map<String, String> before = listing(workspace);

        assertThat(snapshots().take(workspace, run, After.first(1), 7, () -> {})).isEmpty();
        assertThat(snapshots().restore(run, 1, restored)).isEmpty();

        assertThat(listing(restored)).isEqualTo(before);
        assertThat(before.get("file")).contains("4321", "1234");
    }

    @Test
    void aSnapshotDoesNotChangeWithTheWorkspaceNorWithWhatWasRestored() throws Exception {
        Files.writeString(workspace.resolve("file"), "before");
        assertThat(snapshots().take(workspace, run, After.first(1), 7, () -> {})).isEmpty();
        Files.writeString(workspace.resolve("file"), "after");
        assertThat(snapshots().restore(run, 1, restored)).isEmpty();
        assertThat(restored.resolve("file")).hasContent("before");
        Files.writeString(restored.resolve("file"), "changed");
        Workspaces.delete(restored);
        assertThat(snapshots().restore(run, 1, restored)).isEmpty();
        assertThat(restored.resolve("file")).hasContent("before");
    }

    @Test
    void aWorkspaceThatIsTooLargeIsNotKeptAndNothingIsLeft() throws Exception {
        Files.write(workspace.resolve("large"), new byte[(int) MIB]);
        Optional<String> why = snapshots(MIB).take(workspace, run, After.first(1), 7, () -> {});
        assertThat(why).contains("it takes more than 1 MiB");
        assertThat(snapshots().has(run, 1)).isFalse();
        assertThat(temp.resolve("snapshots")).isEmptyDirectory();
    }

    @Test
    void manySmallFilesCountAsTheBlocksThatTheyTake() throws Exception {
        for (int file = 0; file < 300; file++) {
            Files.writeString(workspace.resolve("file-" + file), "x");
        }
        assertThat(snapshots(MIB).take(workspace, run, After.first(1), 7, () -> {})).isPresent();
    }

    @Test
    void whatACrashLeftIsReplaced() throws Exception {
        Files.createDirectories(temp.resolve("snapshots/" + run + ".7.part/half"));
        Files.writeString(workspace.resolve("file"), "x");
        assertThat(snapshots().take(workspace, run, After.first(1), 7, () -> {})).isEmpty();
        assertThat(snapshots().restore(run, 1, restored)).isEmpty();
        assertThat(listing(restored)).isEqualTo(listing(workspace));
    }

    @Test
    void whatIsNotThereIsSaidSo() throws Exception {
        assertThat(snapshots().take(workspace, run, After.first(1), 7, () -> {})).isEmpty();
        assertThat(snapshots().restore(run, 2, restored).orElseThrow())
                .contains("2 steps", run.toString(), "not on this machine");
        assertThat(restored).doesNotExist();
        assertThat(snapshots().take(workspace.resolve("missing"), run, After.first(3), 7, () -> {}))
                .isPresent();
    }

    @Test
    void olderOnesAreRemovedAndOthersStay() throws Exception {
        RunId other = RunId.at(Instant.now(), RandomGenerator.getDefault());
        snapshots().take(workspace, run, After.first(1), 7, () -> {});
        snapshots().take(workspace, run, After.first(2), 7, () -> {});
        snapshots().take(workspace, other, After.first(1), 7, () -> {});
        snapshots().deleteBefore(run, 2);
        assertThat(snapshots().has(run, 1)).isFalse();
        assertThat(snapshots().has(run, 2)).isTrue();
        snapshots().delete(run);
        assertThat(snapshots().list()).extracting(Snapshots.Snapshot::run).containsExactly(other);
    }

    @Test
    void whatIsTakenByOneThatLostItsLeaseDoesNotCount() throws Exception {
        Files.writeString(workspace.resolve("file"), "x");
        assertThatThrownBy(() ->
                        snapshots()
                                .take(
                                        workspace,
                                        run,
                                        After.first(1),
                                        7,
                                        () -> {
                                            throw new IllegalStateException("lost");
                                        }))
                .hasMessage("lost");
        assertThat(snapshots().has(run, 1)).isFalse();
        assertThat(temp.resolve("snapshots")).isEmptyDirectory();
    }

    @Test
    void anInterruptEndsACopyAndLeavesNothing() throws Exception {
        Files.writeString(workspace.resolve("file"), "x");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> snapshots().take(workspace, run, After.first(1), 7, () -> {}))
                .isInstanceOf(InterruptedException.class);
        assertThat(temp.resolve("snapshots")).isEmptyDirectory();
    }

    private Snapshots snapshots() {
        return snapshots(64 * MIB);
    }

    private Snapshots snapshots(long limit) {
        return new Snapshots(
                new SnapshotSettings(
                        temp.resolve("snapshots"), limit, 64 * MIB, Duration.ofHours(1)));
    }

    /// Everything about every file but its times of access and change.
    private static Map<String, String> listing(Path folder) throws IOException {
        Map<String, String> listing = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                Map<String, Object> attributes =
                        new TreeMap<>(
                                Files.readAttributes(
                                        path,
                                        "unix:mode,uid,gid,nlink,lastModifiedTime",
                                        LinkOption.NOFOLLOW_LINKS));
                String target =
                        Files.isSymbolicLink(path) ? Files.readSymbolicLink(path).toString() : "";
                listing.put(folder.relativize(path).toString(), attributes + target);
            }
        }
        return listing;
    }

    private static void chown(Path path, int user, int group) throws IOException {
        Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static void mkfifo(Path path) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    }
}
