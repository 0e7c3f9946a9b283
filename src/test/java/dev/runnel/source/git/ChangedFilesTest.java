package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.Changes;
import dev.runnel.source.Source.ChangesAnswer;
import dev.runnel.source.Source.ChangesRequest;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a commit changed, from every kind of server.
class ChangedFilesTest {
    @TempDir Path temp;

    @ParameterizedTest
    @EnumSource
    void newAndChangedFilesDifferFromTheParent(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1", "b/c.txt", "1", "d.txt", "1"));
            ObjectId commit =
                    repository.commit("main", Map.of("a.txt", "1", "b/c.txt", "2", "e.txt", "1"));
            assertThat(changes(server, repository, Optional.of("main"), commit.name()))
                    .isEqualTo(
                            new Changes(
                                    Set.of("b/c.txt", "e.txt"),
                                    Optional.of("main"),
                                    Optional.empty()));
            assertThat(scratch()).doesNotExist();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFirstCommitChangedEverything(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId commit = repository.commit("main", Map.of("a.txt", "1", "b/c.txt", "1"));
            assertThat(changes(server, repository, Optional.empty(), commit.name()))
                    .isEqualTo(
                            new Changes(
                                    Set.of("a.txt", "b/c.txt"),
                                    Optional.of("main"),
                                    Optional.empty()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCommitThatTheBranchHasLeftBehindIsAskedAboutItself(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1"));
            ObjectId commit = repository.commit("main", Map.of("a.txt", "2"));
            repository.tag("v1", commit);
            repository.commit("main", Map.of("a.txt", "2", "b.txt", "1"));
            assertThat(changes(server, repository, Optional.of("v1"), commit.name()))
                    .isEqualTo(new Changes(Set.of("a.txt"), Optional.empty(), Optional.of("v1")));
            assertThat(changes(server, repository, Optional.of(commit.name()), commit.name()))
                    .isEqualTo(new Changes(Set.of("a.txt"), Optional.empty(), Optional.empty()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPullRequestChangedWhatItsBranchDidSinceItLeftTheTarget(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId base = repository.commit("main", Map.of("a.txt", "1", "b.txt", "1"));
            repository.branch("feature", base);
            repository.commit("feature", Map.of("a.txt", "1", "b.txt", "1", "c.txt", "1"));
            ObjectId head =
                    repository.commit("feature", Map.of("a.txt", "2", "b.txt", "1", "c.txt", "1"));
            repository.commit("main", Map.of("a.txt", "1", "b.txt", "2"));
            repository.commit("main", Map.of("a.txt", "1", "b.txt", "3", "d.txt", "1"));
            ChangesRequest request =
                    new ChangesRequest(
                            server.url(repository),
                            Optional.of("feature"),
                            head.name(),
                            Optional.of("main"),
                            scratch());
            assertThat(server.sources(temp).source().changes(request))
                    .isEqualTo(
                            new Changes(
                                    Set.of("a.txt", "c.txt"),
                                    Optional.of("feature"),
                                    Optional.empty()));
            ChangesRequest unknown =
                    new ChangesRequest(
                            server.url(repository),
                            Optional.of("feature"),
                            head.name(),
                            Optional.of("nowhere"),
                            scratch());
            assertThat(server.sources(temp).source().changes(unknown))
                    .isInstanceOfSatisfying(
                            SourceRefusal.class,
                            refusal ->
                                    assertThat(refusal.fault())
                                            .isEqualTo(SourceFault.REF_NOT_FOUND));
            assertThat(scratch()).doesNotExist();
        }
    }

    @Test
    void aRepositoryThatIsGoneIsRefused() throws Exception {
        try (GitFixture repository = Server.HTTP.newRepository(temp)) {
            ChangesRequest request =
                    new ChangesRequest(
                            Server.HTTP.url(repository) + "-gone",
                            Optional.empty(),
                            "1".repeat(40),
                            scratch());
            assertThat(Server.HTTP.sources(temp).source().changes(request))
                    .isInstanceOfSatisfying(
                            SourceRefusal.class,
                            refusal ->
                                    assertThat(refusal.fault())
                                            .isEqualTo(SourceFault.REPOSITORY_NOT_FOUND));
            assertThat(scratch()).doesNotExist();
        }
    }

    private ChangesAnswer changes(
            Server server, GitFixture repository, Optional<String> ref, String revision)
            throws InterruptedException {
        ChangesRequest request =
                new ChangesRequest(server.url(repository), ref, revision, scratch());
        return server.sources(temp).source().changes(request);
    }

    private Path scratch() {
        return temp.resolve("scratch");
    }
}
