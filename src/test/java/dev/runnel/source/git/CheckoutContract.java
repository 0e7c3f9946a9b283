package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.StoredConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a checkout and a push do, whichever way the server is reached.
abstract class CheckoutContract {
    @TempDir Path temp;

    final Server server;

    GitFixture repository;

    CheckoutContract(Server server) {
        this.server = server;
    }

    @BeforeEach
    void create() {
        repository = server.newRepository(temp);
    }

    @AfterEach
    void close() {
        repository.close();
    }

    @Test
    void checksOutTheDefaultBranch() throws Exception {
        repository.commit("other", Map.of("a.txt", "other"));
        ObjectId main = repository.commit("main", Map.of("a.txt", "hello", "dir/b.txt", "more"));

        CheckedOut checkedOut = checkedOut(Optional.empty());

        assertThat(checkedOut.revision()).isEqualTo(main.name());
        assertThat(checkedOut.branch()).contains("main");
        assertThat(folder().resolve("a.txt")).hasContent("hello");
        assertThat(folder().resolve("dir/b.txt")).hasContent("more");
    }

    @Test
    void theDefaultBranchIsWhatHeadSays() throws Exception {
        repository.commit("main", Map.of("a.txt", "main"));
        repository.commit("trunk/next", Map.of("a.txt", "trunk"));
        repository.repository().updateRef(Constants.HEAD).link("refs/heads/trunk/next");

        assertThat(checkedOut(Optional.empty()).branch()).contains("trunk/next");
        assertThat(folder().resolve("a.txt")).hasContent("trunk");
    }

    @ParameterizedTest
    @ValueSource(strings = {"feature/x", "refs/heads/feature/x"})
    void checksOutABranch(String ref) throws Exception {
        repository.commit("main", Map.of("a.txt", "main"));
        ObjectId feature = repository.commit("feature/x", Map.of("a.txt", "feature"));

        assertThat(checkedOut(Optional.of(ref)))
                .isEqualTo(new CheckedOut(feature.name(), Optional.of("feature/x")));
        assertThat(folder().resolve("a.txt")).hasContent("feature");
    }

    @Test
    void checksOutALightweightTag() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));
        repository.tag("v1", first);

        assertThat(checkedOut(Optional.of("v1")))
                .isEqualTo(new CheckedOut(first.name(), Optional.empty()));
        assertThat(folder().resolve("a.txt")).hasContent("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "refs/tags/v1"})
    void checksOutTheCommitOfAnAnnotatedTag(String ref) throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));
        Trees.of(repository).tag("v1", first, Constants.OBJ_COMMIT);

        assertThat(checkedOut(Optional.of(ref)))
                .isEqualTo(new CheckedOut(first.name(), Optional.empty()));
    }

    @Test
    void aBranchIsPreferredToATagOfTheSameName() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        ObjectId second = repository.commit("v1", Map.of("a.txt", "2"));
        repository.tag("v1", first);

        assertThat(checkedOut(Optional.of("v1")).revision()).isEqualTo(second.name());
    }

    @Test
    void checksOutACommitThatIsNoTip() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));

        assertThat(checkedOut(Optional.of(first.name())))
                .isEqualTo(new CheckedOut(first.name(), Optional.empty()));
        assertThat(folder().resolve("a.txt")).hasContent("1");
    }

    @Test
    void findsACommitByItsFirstDigitsAndSaysThatItTakesLonger() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));
        List<String> phases = new ArrayList<>();

        Checkout checkout =
                server.sources(temp)
                        .source()
                        .checkOut(
                                request(Optional.of(first.name().substring(0, 7))),
                                (phase, _, _) -> phases.add(phase));

        assertThat(checkout).isEqualTo(new CheckedOut(first.name(), Optional.empty()));
        assertThat(phases).contains("fetching all commits to find " + first.name().substring(0, 7));
    }

    @Test
    void aDetachedHeadIsACommitWithoutABranch() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));
        Trees.of(repository).detachHead(first);

        assertThat(checkedOut(Optional.empty()))
                .isEqualTo(new CheckedOut(first.name(), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nope",
                "0123456",
                "0123456789012345678901234567890123456789",
                "refs/heads/nope",
                "main..other",
                "-main",
                "--upload-pack=x",
                "ma in",
                "main:x",
                "HEAD~1",
                "\u0000",
            })
    void whatIsNotThereIsSaidToBeNotThere(String ref) throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));

        SourceRefusal refusal = refusal(Optional.of(ref));

        assertThat(refusal.fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
        assertThat(refusal.message()).contains(repository.name());
        assertThat(folder()).doesNotExist();
    }

    @Test
    void anEmptyRepositoryIsSaidToBeEmpty() throws Exception {
        SourceRefusal refusal = refusal(Optional.empty());

        assertThat(refusal.fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
        assertThat(refusal.message()).contains("empty").contains("commit");
    }

    @Test
    void aHeadThatNamesNoBranchIsSaidSo() throws Exception {
        repository.commit("other", Map.of("a.txt", "1"));

        SourceRefusal refusal = refusal(Optional.empty());

        assertThat(refusal.fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
        assertThat(refusal.message()).contains("no default branch");
    }

    @Test
    void aMissingRepositoryIsSaidToBeMissing() throws Exception {
        String missing = url().replace(repository.name(), "no-such-repository.git");

        Checkout checkout =
                server.sources(temp)
                        .source()
                        .checkOut(
                                new CheckoutRequest(missing, Optional.empty(), folder()),
                                CloneProgress.NONE);

        assertThat(checkout)
                .isInstanceOfSatisfying(
                        SourceRefusal.class,
                        refusal ->
                                assertThat(refusal.fault())
                                        .isEqualTo(SourceFault.REPOSITORY_NOT_FOUND));
        assertThat(folder()).doesNotExist();
    }

    @Test
    void bringsNoHistoryAlong() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        repository.commit("main", Map.of("a.txt", "2"));
        repository.commit("other", Map.of("a.txt", "3"));

        checkedOut(Optional.empty());

        try (Git git = Git.open(folder().toFile())) {
            assertThat(git.log().all().call()).hasSize(1);
            assertThat(git.status().call().isClean()).isTrue();
            assertThat(git.getRepository().getBranch()).isEqualTo("main");
            StoredConfig config = git.getRepository().getConfig();
            assertThat(config.getString("remote", "origin", "url")).isEqualTo(url());
            assertThat(config.getString("branch", "main", "merge")).isEqualTo("refs/heads/main");
        }
    }

    @Test
    void bringsAsMuchHistoryAsIsWanted() throws Exception {
        for (int number = 1; number <= 5; number++) {
            repository.commit("main", Map.of("a.txt", "" + number));
        }
        repository.commit("other", Map.of("b.txt", "1"));
        CheckedOut checkedOut = checkedOut(Optional.empty());

        assertThat(history(checkedOut, 3)).isEmpty();

        try (Git git = Git.open(folder().toFile())) {
            assertThat(git.log().all().call()).hasSize(3);
            assertThat(git.status().call().isClean()).isTrue();
            assertThat(git.tagList().call()).isEmpty();
        }
    }

    @Test
    void bringsAllHistoryAndTheTagsOnIt() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        ObjectId second = repository.commit("main", Map.of("a.txt", "2"));
        repository.commit("main", Map.of("a.txt", "3"));
        ObjectId other = repository.commit("other", Map.of("b.txt", "1"));
        repository.tag("light", first);
        repository.tag("elsewhere", other);
        Trees.of(repository).tag("annotated", second, Constants.OBJ_COMMIT);
        CheckedOut checkedOut = checkedOut(Optional.empty());

        assertThat(history(checkedOut, Integer.MAX_VALUE)).isEmpty();

        try (Git git = Git.open(folder().toFile())) {
            assertThat(git.log().call()).hasSize(3);
            assertThat(git.getRepository().getObjectDatabase().getShallowCommits()).isEmpty();
            assertThat(git.describe().setTarget(Constants.HEAD).call()).startsWith("annotated-1-g");
            assertThat(git.tagList().call())
                    .extracting(Ref::getName)
                    .containsExactlyInAnyOrder("refs/tags/annotated", "refs/tags/light");
        }
    }

    @Test
    void bringsTheHistoryOfACommitThatIsNoTip() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        ObjectId second = repository.commit("main", Map.of("a.txt", "2"));
        repository.commit("main", Map.of("a.txt", "3"));
        CheckedOut checkedOut = checkedOut(Optional.of(second.name()));

        assertThat(history(checkedOut, 50)).isEmpty();

        try (Git git = Git.open(folder().toFile())) {
            assertThat(git.log().call()).hasSize(2);
        }
    }

    private Optional<SourceRefusal> history(CheckedOut checkedOut, int commits)
            throws InterruptedException {
        return server.sources(temp)
                .source()
                .fetchHistory(
                        request(Optional.empty()),
                        checkedOut.revision(),
                        commits,
                        CloneProgress.NONE);
    }

    @Test
    void keepsModesAndLinksAndLargeFilePointers() throws Exception {
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
        Trees.of(repository)
                .file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
                .file("large.bin", pointer)
                .executable("run.sh", "#!/bin/sh\n")
                .file("plain.txt", "")
                .link("outside", "/etc/passwd")
                .link("up", "../../..")
                .commit("main");

        checkedOut(Optional.empty());

        assertThat(folder().resolve("large.bin")).hasContent(pointer);
        assertThat(folder().resolve("run.sh")).isExecutable();
        assertThat(Files.isExecutable(folder().resolve("plain.txt"))).isFalse();
        assertThat(Files.readSymbolicLink(folder().resolve("outside"))).hasToString("/etc/passwd");
        assertThat(Files.readSymbolicLink(folder().resolve("up"))).hasToString("../../..");
        // JUnit warns of links that leave its folder
        Files.delete(folder().resolve("outside"));
        Files.delete(folder().resolve("up"));
    }

    @Test
    void anEmptyFolderIsFilledAndKeptWhenThatFails() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Files.createDirectories(folder());

        assertThat(refusal(Optional.of("nope")).fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
        assertThat(folder()).isEmptyDirectory();

        checkedOut(Optional.empty());
        assertThat(folder().resolve("a.txt")).hasContent("1");
    }

    @Test
    void fourAtOnceDoNotDisturbEachOther() throws Exception {
        for (int i = 0; i < 4; i++) {
            repository.commit("branch-" + i, Map.of("a.txt", "content " + i));
        }
        Source source = server.sources(temp).source();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Checkout>> clones = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                CheckoutRequest request =
                        new CheckoutRequest(
                                url(), Optional.of("branch-" + i), temp.resolve("clone-" + i));
                clones.add(() -> source.checkOut(request, CloneProgress.NONE));
            }
            for (Future<Checkout> clone : threads.invokeAll(clones)) {
                assertThat(clone.get()).isInstanceOf(CheckedOut.class);
            }
        }
        for (int i = 0; i < 4; i++) {
            assertThat(temp.resolve("clone-" + i + "/a.txt")).hasContent("content " + i);
        }
    }

    Path folder() {
        return temp.resolve("clone");
    }

    String url() {
        return server.url(repository);
    }

    CheckoutRequest request(Optional<String> ref) {
        return new CheckoutRequest(url(), ref, folder());
    }

    CheckedOut checkedOut(Optional<String> ref) throws InterruptedException {
        Checkout checkout =
                server.sources(temp).source().checkOut(request(ref), CloneProgress.NONE);
        assertThat(checkout).isInstanceOf(CheckedOut.class);
        return (CheckedOut) checkout;
    }

    SourceRefusal refusal(Optional<String> ref) throws InterruptedException, IOException {
        Checkout checkout =
                server.sources(temp).source().checkOut(request(ref), CloneProgress.NONE);
        assertThat(checkout).isInstanceOf(SourceRefusal.class);
        return (SourceRefusal) checkout;
    }
}
