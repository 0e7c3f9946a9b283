package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One commit of a branch that may be elsewhere by now.
class RevisionTest {
    @TempDir Path temp;

    @ParameterizedTest
    @EnumSource
    void aBranchThatIsStillThereIsCheckedOutAsUsual(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId commit = repository.commit("main", Map.of("a.txt", "1"));
            assertThat(checkOut(server, repository, Optional.of("main"), commit.name()))
                    .isEqualTo(new CheckedOut(commit.name(), Optional.of("main")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCommitThatTheBranchHasLeftBehindIsCheckedOutOnIt(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId commit = repository.commit("main", Map.of("a.txt", "1"));
            repository.commit("main", Map.of("a.txt", "2"));
            assertThat(checkOut(server, repository, Optional.empty(), commit.name()))
                    .isEqualTo(new CheckedOut(commit.name(), Optional.of("main")));
            assertThat(temp.resolve("work/a.txt")).hasContent("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCommitOfADeletedBranchIsFoundByItself(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            ObjectId commit = repository.commit("feature", Map.of("a.txt", "1"));
            repository.commit("main", Map.of("a.txt", "2"));
            repository.tag("kept", commit);
            RefUpdate delete = repository.repository().updateRef(Constants.R_HEADS + "feature");
            delete.setForceUpdate(true);
            assertThat(delete.delete()).isEqualTo(RefUpdate.Result.FORCED);
            assertThat(checkOut(server, repository, Optional.of("feature"), commit.name()))
                    .isEqualTo(new CheckedOut(commit.name(), Optional.empty()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCommitThatTheServerDoesNotHaveIsRefusedByItsName(Server server) throws Exception {
        try (GitFixture repository = server.newRepository(temp)) {
            repository.commit("main", Map.of("a.txt", "1"));
            String gone = "0123456789".repeat(4);
            Checkout checkout = checkOut(server, repository, Optional.of("main"), gone);
            assertThat(checkout).isInstanceOf(SourceRefusal.class);
            SourceRefusal refusal = (SourceRefusal) checkout;
            assertThat(refusal.fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
            assertThat(refusal.message()).contains(gone);
        }
    }

    private Checkout checkOut(
            Server server, GitFixture repository, Optional<String> ref, String revision)
            throws InterruptedException {
        CheckoutRequest request =
                new CheckoutRequest(
                        server.url(repository), ref, Optional.of(revision), temp.resolve("work"));
        return server.sources(temp).source().checkOut(request, CloneProgress.NONE);
    }
}
