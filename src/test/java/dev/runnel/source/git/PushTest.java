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
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PushTest {
    @TempDir Path temp;

    @ParameterizedTest
    @EnumSource
    void newChangedAndDeletedFilesBecomeOneCommitOfTheConfiguredAuthor(Server server)
            throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("older.txt", "history"));
            ObjectId base =
                    repository.commit(
                            "main",
                            Map.of("kept.txt", "1", "changed.txt", "2", "dir/gone.txt", ""));
            repository.commit("other", Map.of("a.txt", "other"));
            GitSources sources =
                    server.sources(temp)
                            .with("author.name", "Robot")
                            .with("author.email", "robot@example.invalid");
            Work work = new Work(sources.source(), server.url(repository), Optional.empty());
            work.write("changed.txt", "22");
            work.write("new/file.txt", "3");
            Files.delete(work.folder.resolve("dir/gone.txt"));

            String pushed = work.pushed("Result of step 1");

            assertThat(repository.resolve("main").name()).isEqualTo(pushed);
            assertThat(repository.read("main", "older.txt")).isEqualTo("history");
            assertThat(repository.read("main", "kept.txt")).isEqualTo("1");
            assertThat(repository.read("main", "changed.txt")).isEqualTo("22");
            assertThat(repository.read("main", "new/file.txt")).isEqualTo("3");
            assertThat(mode(repository, "dir/gone.txt")).isEmpty();
            assertThat(mode(repository, ".git/HEAD")).isEmpty();
            RevCommit commit = commit(repository, pushed);
            assertThat(commit.getParents()).containsExactly(commit(repository, base.name()));
            assertThat(commit.getFullMessage()).isEqualTo("Result of step 1\n");
            PersonIdent author = commit.getAuthorIdent();
            assertThat(author.getName()).isEqualTo("Robot");
            assertThat(author.getEmailAddress()).isEqualTo("robot@example.invalid");
            assertThat(author.getWhenAsInstant()).isEqualTo(GitSources.NOW);
            assertThat(commit.getCommitterIdent()).isEqualTo(author);
            assertThat(repository.read("other", "a.txt")).isEqualTo("other");
            assertThat(work.folder.resolveSibling("work.push")).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingChangedIsNothingToPush(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId base = repository.commit("main", Map.of("a.txt", "1"));
            Work work = new Work(server.sources(temp).source(), server.url(repository));
            work.write("a.txt", "1");

            assertThat(work.push("nothing")).isEqualTo(new NothingToPush());
            assertThat(repository.resolve("main")).isEqualTo(base);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBranchThatMovedOnIsLeftAlone(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1"));
            Work work = new Work(server.sources(temp).source(), server.url(repository));
            ObjectId moved = repository.commit("main", Map.of("a.txt", "2"));
            work.write("a.txt", "3");

            SourceRefusal refusal = work.refused();

            assertThat(refusal.fault()).isEqualTo(SourceFault.PUSH_REJECTED);
            assertThat(refusal.message()).contains("main", "moved on");
            assertThat(repository.resolve("main")).isEqualTo(moved);
        }
    }

    @Test
    void whatOneStepPushedTheNextOneBuildsOn() throws Exception {
        try (GitFixture repository = Server.FILE.newRepository(temp)) {
            repository.commit("feature/x", Map.of("a.txt", "1"));
            Work work = new Work(source(), repository.fileUrl(), Optional.of("feature/x"));
            work.write("b.txt", "2");
            String first = work.pushed("first");
            work.base = first;
            assertThat(work.push("nothing new")).isEqualTo(new NothingToPush());
            work.write("c.txt", "3");
            String second = work.pushed("second");

            assertThat(commit(repository, second).getParent(0).name()).isEqualTo(first);
            assertThat(repository.resolve("feature/x").name()).isEqualTo(second);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPushWhoseAnswerWasLostIsNotMadeTwice(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1", "gone.txt", "", ".gitignore", "*.log"));
            Work work = new Work(server.sources(temp).source(), server.url(repository));
            work.write("a.txt", "2");
            work.write("b.txt", "3");
            work.write("c.log", "ignored");
            Files.delete(work.folder.resolve("gone.txt"));
            String first = work.pushed("result");

            assertThat(work.push("result")).isEqualTo(new Pushed(first, "main"));
            assertThat(repository.resolve("main").name()).isEqualTo(first);

            // what another run, or somebody else, made is not taken for this one's
            assertThat(work.push("another step")).isInstanceOf(SourceRefusal.class);
            work.write("b.txt", "4");
            assertThat(work.push("result")).isInstanceOf(SourceRefusal.class);
            assertThat(repository.resolve("main").name()).isEqualTo(first);
        }
    }

    @Test
    void aTagOrACommitHasNoBranchToPushTo() throws Exception {
        try (GitFixture repository = Server.FILE.newRepository(temp)) {
            ObjectId commit = repository.commit("main", Map.of("a.txt", "1"));
            repository.tag("v1", commit);
            Work work = new Work(source(), repository.fileUrl(), Optional.of("v1"));
            work.write("a.txt", "2");

            SourceRefusal refusal = work.refused();

            assertThat(refusal.fault()).isEqualTo(SourceFault.PUSH_REJECTED);
            assertThat(refusal.message()).contains("tag or a commit", "branch");
        }
    }

    @Test
    void modesLinksIgnoredFilesAndSubmodulesAreAsGitHasThem() throws Exception {
        try (GitFixture repository = Server.FILE.newRepository(temp)) {
            ObjectId elsewhere = ObjectId.fromString("1234567890123456789012345678901234567890");
            Trees.of(repository)
                    .file(".gitignore", "*.log\n/build/\n")
                    .file("build/tracked.txt", "1")
                    .executable("run.sh", "1")
                    .file("tool.sh", "1")
                    .link("link", "a.txt")
                    .submodule("module", elsewhere)
                    .commit("main");
            Work work = new Work(source(), repository.fileUrl());
            work.write("run.sh", "2");
            assertThat(work.folder.resolve("tool.sh").toFile().setExecutable(true)).isTrue();
            work.write("noise.log", "");
            work.write("build/other.txt", "");
            work.write("build/tracked.txt", "2");
            work.write("module/left-behind.txt", "");
            Files.delete(work.folder.resolve("link"));
            Files.createSymbolicLink(work.folder.resolve("link"), Path.of("/etc/shadow"));
            work.write("nested/.git/config", "[core]\n");
            work.write("nested/file.txt", "nested");
            mkfifo(work.folder.resolve("pipe"));

            work.pushed("mixed");

            assertThat(mode(repository, "run.sh")).contains(FileMode.EXECUTABLE_FILE);
            assertThat(mode(repository, "tool.sh")).contains(FileMode.EXECUTABLE_FILE);
            assertThat(mode(repository, "link")).contains(FileMode.SYMLINK);
            assertThat(repository.read("main", "link")).isEqualTo("/etc/shadow");
            assertThat(repository.read("main", "build/tracked.txt")).isEqualTo("2");
            assertThat(mode(repository, "module")).contains(FileMode.GITLINK);
            assertThat(repository.read("main", "nested/file.txt")).isEqualTo("nested");
            for (String absent :
                    new String[] {
                        "noise.log", "build/other.txt", "nested/.git", "pipe",
                    }) {
                assertThat(mode(repository, absent)).as(absent).isEmpty();
            }
            Files.delete(work.folder.resolve("link"));
        }
    }

    @Test
    void filesWhoseLineEndsGitWouldChangeStayAsTheyWere() throws Exception {
        try (GitFixture repository = Server.FILE.newRepository(temp)) {
            Trees.of(repository)
                    .file(".gitattributes", "*.txt text\n*.crlf text eol=crlf\n")
                    .file("unnormalized.txt", "a\r\nb\r\n")
                    .file("windows.crlf", "a\nb\n")
                    .commit("main");
            Work work = new Work(source(), repository.fileUrl());
            assertThat(Files.readString(work.folder.resolve("windows.crlf")))
                    .isEqualTo("a\r\nb\r\n");

            assertThat(work.push("nothing")).isEqualTo(new NothingToPush());

            work.write("windows.crlf", "a\r\nb\r\nc\r\n");
            work.pushed("one line more");
            assertThat(repository.read("main", "windows.crlf")).isEqualTo("a\nb\nc\n");
            assertThat(repository.read("main", "unnormalized.txt")).isEqualTo("a\r\nb\r\n");
        }
    }

    @Test
    void fileAndFolderMayTakeEachOthersPlace() throws Exception {
        try (GitFixture repository = Server.FILE.newRepository(temp)) {
            repository.commit("main", Map.of("a", "1", "b/c", "2"));
            Work work = new Work(source(), repository.fileUrl());
            Files.delete(work.folder.resolve("a"));
            work.write("a/x", "3");
            Files.delete(work.folder.resolve("b/c"));
            Files.delete(work.folder.resolve("b"));
            work.write("b", "4");

            work.pushed("swap");

            assertThat(repository.read("main", "a/x")).isEqualTo("3");
            assertThat(repository.read("main", "b")).isEqualTo("4");
        }
    }

    @Test
    void aServerThatRefusesIsQuoted() throws Exception {
        try (GitFixture repository = Server.HTTP.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1"));
            Path hook =
                    repository.repository().getDirectory().toPath().resolve("hooks/pre-receive");
            Files.createDirectories(hook.getParent());
            Files.writeString(hook, "#!/bin/sh\necho main is protected >&2\nexit 1\n");
            assertThat(hook.toFile().setExecutable(true, false)).isTrue();
            Work work = new Work(Server.HTTP.sources(temp).source(), Server.HTTP.url(repository));
            work.write("a.txt", "2");

            SourceRefusal refusal = work.refused();

            assertThat(refusal.fault()).isEqualTo(SourceFault.PUSH_REJECTED);
            assertThat(refusal.message()).contains("main is protected");
        }
    }

    @Test
    void aUserWhoMayOnlyReadIsDenied() throws Exception {
        try (GitFixture repository = Server.HTTP.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1"));
            Work work = new Work(source(), Server.git().anonymousUrl(repository));
            work.write("a.txt", "2");

            assertThat(work.refused().fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        }
    }

    private GitSource source() {
        return GitSources.in(temp).source();
    }

    private static Optional<FileMode> mode(GitFixture fixture, String path) throws IOException {
        Repository repository = fixture.repository();
        try (RevWalk walk = new RevWalk(repository)) {
            RevCommit commit = walk.parseCommit(fixture.resolve("main"));
            try (TreeWalk found = TreeWalk.forPath(repository, path, commit.getTree())) {
                return Optional.ofNullable(found).map(tree -> tree.getFileMode(0));
            }
        }
    }

    private static RevCommit commit(GitFixture fixture, String id) throws IOException {
        try (RevWalk walk = new RevWalk(fixture.repository())) {
            return walk.parseCommit(ObjectId.fromString(id));
        }
    }

    private static void mkfifo(Path path) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    }

    /// A checkout that somebody works in.
    private final class Work {
        private final GitSource source;
        private final CheckoutRequest request;
        private final Path folder = temp.resolve("work");
        private String base;

        Work(GitSource source, String url) throws InterruptedException {
            this(source, url, Optional.empty());
        }

        Work(GitSource source, String url, Optional<String> ref) throws InterruptedException {
            this.source = source;
            this.request = new CheckoutRequest(url, ref, folder);
            CheckedOut checkedOut = (CheckedOut) source.checkOut(request, CloneProgress.NONE);
            this.base = checkedOut.revision();
        }

        void write(String path, String content) throws IOException {
            Path file = folder.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
        }

        PushResult push(String message) throws InterruptedException {
            return source.commitAndPush(new PushRequest(request, base, message));
        }

        String pushed(String message) throws InterruptedException {
            PushResult result = push(message);
            assertThat(result).isInstanceOf(Pushed.class);
            return ((Pushed) result).revision();
        }

        SourceRefusal refused() throws InterruptedException {
            PushResult result = push("refused");
            assertThat(result).isInstanceOf(SourceRefusal.class);
            return (SourceRefusal) result;
        }
    }
}
