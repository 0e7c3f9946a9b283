package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.NothingToPush;
import dev.runnel.source.Source.PushRequest;
import dev.runnel.source.Source.PushResult;
import dev.runnel.source.Source.Pushed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pushes from a folder in which somebody worked who wants to get at the host.
class HostileWorkTest {
    @TempDir Path temp;

    private GitFixture repository;
    private GitSource source;
    private CheckoutRequest request;
    private String base;
    private Path folder;
    private Path outside;

    @BeforeEach
    void checkOut() throws Exception {
        repository = GitFixture.in(temp, "hostile");
        base = repository.commit("main", Map.of("a.txt", "1", "dir/b.txt", "2")).name();
        source = GitSources.in(temp).source();
        folder = temp.resolve("work");
        request = new CheckoutRequest(repository.fileUrl(), Optional.empty(), folder);
        assertThat(source.checkOut(request, CloneProgress.NONE)).isInstanceOf(CheckedOut.class);
        outside = Files.createDirectories(temp.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), "secret");
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void nothingThatItsConfigurationNamesIsRunOrRead() throws Exception {
        Path ran = temp.resolve("ran");
        String run = "touch " + ran;
        write(
                ".git/config",
                """
                [core]
                    repositoryformatversion = 0
                    worktree = %1$s
                    hooksPath = %2$s/.git/hooks
                    fsmonitor = "%3$s"
                    sshCommand = "%3$s"
                    excludesFile = %1$s/secret.txt
                [filter "evil"]
                    clean = "%3$s"
                    smudge = "%3$s"
                    required = true
                [commit]
                    gpgsign = true
                [gpg]
                    program = "%3$s"
                [remote "origin"]
                    url = file:///nowhere
                    pushurl = file:///nowhere
                    uploadpack = "%3$s"
                    receivepack = "%3$s"
                [url "file:///nowhere"]
                    insteadOf = file://
                [credential]
                    helper = "!%3$s"
                """
                        .formatted(outside, folder, run));
        write(".gitattributes", "* filter=evil\n");
        for (String hook : new String[] {"pre-commit", "commit-msg", "post-commit", "pre-push"}) {
            Path file = write(".git/hooks/" + hook, "#!/bin/sh\n" + run + "\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        String config = Files.readString(folder.resolve(".git/config"));
        write("a.txt", "changed");

        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(ran).doesNotExist();
        assertThat(repository.read("main", "a.txt")).isEqualTo("changed");
        assertThat(repository.read("main", "dir/b.txt")).isEqualTo("2");
        assertThat(folder.resolve(".git/config")).hasContent(config);
    }

    @Test
    void whatItsHeadAndRefsSayDoesNotChangeWhatIsPushedWhere() throws Exception {
        repository.commit("protected", Map.of("a.txt", "protected"));
        ObjectId untouched = repository.resolve("protected");
        write(".git/HEAD", "ref: refs/heads/protected\n");
        write("a.txt", "changed");

        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(repository.resolve("protected")).isEqualTo(untouched);
        assertThat(repository.read("main", "a.txt")).isEqualTo("changed");
    }

    @Test
    void noFileOutsideIsWrittenThroughALinkInItsGitData() throws Exception {
        Path victim = outside.resolve("victim");
        Files.writeString(victim, "before");
        for (String file :
                new String[] {"index", "HEAD", "refs/heads/main", "logs/HEAD", "shallow"}) {
            Path link = folder.resolve(".git").resolve(file);
            Files.createDirectories(link.getParent());
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, victim);
        }
        write("a.txt", "changed");

        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(victim).hasContent("before");
        removeLinks();
    }

    @Test
    void aGitFolderThatIsGoneOrALinkDoesNotMatter() throws Exception {
        Clone.delete(folder.resolve(".git"), false);
        assertThat(push()).isEqualTo(new NothingToPush());
        assertThat(folder.resolve(".git")).doesNotExist();

        Files.createSymbolicLink(folder.resolve(".git"), outside);
        write("a.txt", "changed");
        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(outside.resolve("secret.txt")).hasContent("secret");
        assertThat(outside).isDirectoryContaining("glob:**secret.txt");
        Files.delete(folder.resolve(".git"));
    }

    @Test
    void aFolderThatBecameALinkIsCommittedAsALink() throws Exception {
        Clone.delete(folder.resolve("dir"), false);
        Files.createSymbolicLink(folder.resolve("dir"), outside);

        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(repository.read("main", "dir")).isEqualTo(outside.toString());
        Files.delete(folder.resolve("dir"));
    }

    @Test
    void whatItsOwnCommitsHoldIsPushedAsPartOfTheOne() throws Exception {
        write("a.txt", "committed by a step");
        for (String[] command :
                new String[][] {
                    {"git", "add", "-A"},
                    {"git", "-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "own"},
                }) {
            Process git = new ProcessBuilder(command).directory(folder.toFile()).start();
            assertThat(git.waitFor()).isZero();
        }

        assertThat(push()).isInstanceOf(Pushed.class);

        assertThat(repository.read("main", "a.txt")).isEqualTo("committed by a step");
    }

    private PushResult push() throws InterruptedException {
        return source.commitAndPush(new PushRequest(request, base, "result"));
    }

    private Path write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private void removeLinks() {
        Clone.delete(folder, false);
    }
}
