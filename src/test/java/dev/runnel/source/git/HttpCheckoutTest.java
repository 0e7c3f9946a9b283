package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

class HttpCheckoutTest extends CheckoutContract {
    HttpCheckoutTest() {
        super(Server.HTTP);
    }

    @Test
    void aTagOfAFileIsNoRevision() throws Exception {
        ObjectId commit = repository.commit("main", Map.of("a.txt", "1"));
        ObjectId file = repository.resolve(commit.name() + ":a.txt");
        Trees.of(repository).tag("file", file, Constants.OBJ_BLOB);

        assertThat(refusal(Optional.of("file")).fault()).isEqualTo(SourceFault.REF_NOT_FOUND);
    }

    @Test
    void aPasswordInTheUrlIsUsedAndWrittenNowhere() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        String password = Server.git().password();
        String url = url().replace("://", "://" + Server.git().user() + ":" + password + "@");

        assertThat(Access.checkOut(GitSources.in(temp), url, folder())).isEqualTo("main");

        assertThat(folder().resolve(".git/config"))
                .content()
                .doesNotContain(password, Server.git().user() + "@");
    }

    @Test
    void noPasswordAWrongOneAndAWrongOneInTheUrlAreToldApart() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        String url = url();
        String inUrl = url.replace("://", "://runnel:wrong%2Fsecret@");

        SourceRefusal none = Access.refusal(GitSources.in(temp), url, folder());
        SourceRefusal wrong =
                Access.refusal(
                        server.sources(temp)
                                .with("http.credentials.\"127.0.0.1\".password", "wrong-secret"),
                        url,
                        folder());
        SourceRefusal wrongInUrl = Access.refusal(GitSources.in(temp), inUrl, folder());

        assertThat(none.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(none.message()).contains("runnel.git.http.credentials.\"127.0.0.1\".username");
        assertThat(wrong.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(wrong.message()).contains("refused").doesNotContain("wrong-secret");
        assertThat(wrongInUrl.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(wrongInUrl.message())
                .contains("refused")
                .doesNotContain("wrong/secret", "wrong%2Fsecret");
        assertThat(folder()).doesNotExist();
    }

    @Test
    void credentialsOfAnotherPortAreNotSentToThisOne() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        GitSources sources =
                GitSources.in(temp)
                        .with("http.credentials.\"127.0.0.1:1\".username", "runnel")
                        .with("http.credentials.\"127.0.0.1:1\".password", "other");

        assertThat(Access.refusal(sources, url(), folder()).message()).contains("wants a user");
    }

    @Test
    void anonymousServersNeedNothing() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));

        assertThat(
                        Access.checkOut(
                                GitSources.in(temp),
                                Server.git().anonymousUrl(repository),
                                folder()))
                .isEqualTo("main");
    }
}
