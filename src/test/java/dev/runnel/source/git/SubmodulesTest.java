package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.nio.file.Path;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubmodulesTest {
    @TempDir Path temp;

    private GitFixture module;
    private GitFixture parent;
    private ObjectId pinned;

    @BeforeEach
    void create() {
        module = Server.HTTP.newRepository(temp);
        parent = Server.HTTP.newRepository(temp);
        pinned = module.commit("main", Map.of("m.txt", "pinned"));
        module.commit("main", Map.of("m.txt", "later"));
    }

    @AfterEach
    void close() {
        module.close();
        parent.close();
    }

    @Test
    void areLeftEmptyByDefault() throws Exception {
        commit("../" + module.name(), pinned);

        assertThat(Access.checkOut(Server.HTTP.sources(temp), url(), folder())).isEqualTo("main");

        assertThat(folder().resolve("libs/module")).isEmptyDirectory();
    }

    @Test
    void areCheckedOutAtTheirCommitWhenThatIsConfigured() throws Exception {
        commit("../" + module.name(), pinned);

        assertThat(Access.checkOut(sources(), url(), folder())).isEqualTo("main");

        assertThat(folder().resolve("libs/module/m.txt")).hasContent("pinned");
        assertThat(folder().resolve("a.txt")).hasContent("parent");
    }

    @Test
    void oneThatFailsFailsTheCheckoutAndIsNamed() throws Exception {
        commit("../no-such-repository.git", pinned);

        SourceRefusal refusal = Access.refusal(sources(), url(), folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.REPOSITORY_NOT_FOUND);
        assertThat(refusal.message()).startsWith("Submodule libs/module: ");
        assertThat(folder()).doesNotExist();
    }

    @Test
    void anAddressIsHeldToTheSameRules() throws Exception {
        for (String url : new String[] {"ext::sh -c x", "--upload-pack=x", "-x"}) {
            commit(url, pinned);
            assertThat(Access.refusal(sources(), url(), folder()).fault())
                    .isEqualTo(SourceFault.URL_MALFORMED);
        }
        // file is allowed here, but not for a repository that came from elsewhere
        commit(module.fileUrl(), pinned);
        assertThat(Access.refusal(sources(), url(), folder()).fault())
                .isEqualTo(SourceFault.URL_NOT_ALLOWED);
        commit("http://10.0.0.1/repo", pinned);
        assertThat(Access.refusal(sources(), url(), folder()).fault())
                .isEqualTo(SourceFault.URL_NOT_ALLOWED);
    }

    @Test
    void oneWithoutAnAddressIsNamed() throws Exception {
        Trees.of(parent).submodule("libs/module", pinned).commit("main");

        assertThat(Access.refusal(sources(), url(), folder()).message())
                .contains("libs/module", ".gitmodules");
    }

    @Test
    void oneThatHoldsItselfComesToAnEnd() throws Exception {
        // a commit cannot hold its own id, so what it pins is another one of the same repository
        ObjectId inner = pinned;
        for (int level = 0; level < 8; level++) {
            inner = commit("../" + parent.name(), inner);
        }

        SourceRefusal refusal = Access.refusal(sources(), url(), folder());

        assertThat(refusal.message()).contains("nested too deep");
        assertThat(folder()).doesNotExist();
    }

    private ObjectId commit(String url, ObjectId id) {
        String modules = "[submodule \"m\"]\n\tpath = libs/module\n\turl = \"" + url + "\"\n";
        return Trees.of(parent)
                .file(".gitmodules", modules)
                .file("a.txt", "parent")
                .submodule("libs/module", id)
                .commit("main");
    }

    private GitSources sources() {
        return Server.HTTP.sources(temp).with("submodules", "true");
    }

    private String url() {
        return Server.HTTP.url(parent);
    }

    private Path folder() {
        return temp.resolve("clone");
    }
}
