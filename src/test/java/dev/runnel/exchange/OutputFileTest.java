package dev.runnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.exchange.OutputFile.Found;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The file of a step's outputs, in a workspace whose owner means harm.
@Timeout(20)
class OutputFileTest {
    @TempDir Path folder;

    private Path workspace;
    private Path file;
    private Path outside;

    @BeforeEach
    void workspace() throws IOException {
        workspace = Files.createDirectory(folder.resolve("workspace"));
        file = workspace.resolve(OutputFile.path(2, 3));
        outside = Files.writeString(folder.resolve("outside"), "SECRET=x\n");
    }

    @Test
    void isMadeEmptyForEveryUserToWrite() throws IOException {
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(file).isEmptyFile().hasParent(workspace.resolve(".git"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-rw-");
        Files.writeString(file, "A=1\n");
        assertThat(text()).isEqualTo("A=1\n");
        // whoever takes the attempt up does the same
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(text()).isEqualTo("A=1\n");
        OutputFile.clear(workspace, 2, 3);
        assertThat(OutputFile.isThere(workspace, 2, 3)).isFalse();
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(file).isEmptyFile();
    }

    @Test
    void isClearedWithoutLookingWhereALinkLeads() throws IOException {
        OutputFile.clear(workspace, 2, 3);
        Files.createDirectory(workspace.resolve(".git"));
        Files.createSymbolicLink(file, outside);
        OutputFile.clear(workspace, 2, 3);
        assertThat(Files.exists(file, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(outside).hasContent("SECRET=x");
    }

    @Test
    void isNotThereUnlessSomebodyMakesIt() throws IOException {
        assertThat(OutputFile.read(workspace, 2, 3)).isEqualTo(new Found.Nothing());
        Files.createDirectory(workspace.resolve(".git"));
        assertThat(OutputFile.read(workspace, 2, 3)).isEqualTo(new Found.Nothing());
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed() throws IOException {
        Files.createDirectory(workspace.resolve(".git"));
        Files.createSymbolicLink(file, outside);
        assertThat(OutputFile.read(workspace, 2, 3))
                .isEqualTo(new Found.Refused("it is no plain file"));
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(OutputFile.read(workspace, 2, 3))
                .isEqualTo(new Found.Refused("it is no plain file"));
        OutputFile.clear(workspace, 2, 3);
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(outside).hasContent("SECRET=x");
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void aLinkInPlaceOfItsFolderIsNotFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(workspace.resolve(".git"), elsewhere);
        assertThat(OutputFile.prepare(workspace, 2, 3)).isPresent();
        assertThat(elsewhere).isEmptyDirectory();
        Files.writeString(elsewhere.resolve(file.getFileName()), "A=1\n");
        assertThat(OutputFile.read(workspace, 2, 3)).isInstanceOf(Found.Refused.class);
    }

    @Test
    void aPipeIsNotOpened() throws Exception {
        Files.createDirectory(workspace.resolve(".git"));
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        assertThat(OutputFile.read(workspace, 2, 3))
                .isEqualTo(new Found.Refused("it is no plain file"));
    }

    @Test
    void aFolderInItsPlaceIsRemovedIfItIsEmpty() throws IOException {
        Files.createDirectories(file);
        OutputFile.clear(workspace, 2, 3);
        assertThat(OutputFile.isThere(workspace, 2, 3)).isFalse();
        Files.createDirectories(file.resolve("full"));
        OutputFile.clear(workspace, 2, 3);
        assertThat(OutputFile.prepare(workspace, 2, 3)).isEmpty();
        assertThat(OutputFile.read(workspace, 2, 3))
                .isEqualTo(new Found.Refused("it is no plain file"));
    }

    @Test
    void onlyAsMuchAsMayBeIsRead() throws IOException {
        OutputFile.prepare(workspace, 2, 3);
        Files.writeString(file, "x".repeat(OutputText.MOST_BYTES));
        assertThat(text()).hasSize(OutputText.MOST_BYTES);
        Files.writeString(file, "x".repeat(10 << 20));
        assertThat(OutputFile.read(workspace, 2, 3))
                .isEqualTo(new Found.Refused("it has more than 65536 bytes"));
    }

    private String text() {
        assertThat(OutputFile.read(workspace, 2, 3)).isInstanceOf(Found.Content.class);
        return StandardCharsets.UTF_8
                .decode(((Found.Content) OutputFile.read(workspace, 2, 3)).bytes())
                .toString();
    }
}
