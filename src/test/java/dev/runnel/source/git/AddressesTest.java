package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.GitFixture;
import dev.runnel.network.AddressGuard;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which addresses are called, at first and after a redirect.
class AddressesTest {
    @TempDir Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1/repo",
                "https://[::1]/repo",
                "https://localhost/repo",
                "https://10.0.0.1/repo",
                "https://169.254.169.254/latest",
                "ssh://git@192.168.1.1/repo",
                "git@127.0.0.1:repo",
                "ssh://git@[::ffff:7f00:1]/repo",
                "http://2130706433/repo",
            })
    void anInnerAddressIsRefusedWithoutAConnection(String url) throws Exception {
        GitSources sources = GitSources.in(temp).guardedBy(new AddressGuard(List.of()));

        Optional<SourceRefusal> refusal = sources.source().refusalOf(url);

        assertThat(refusal.map(SourceRefusal::fault)).contains(SourceFault.URL_NOT_ALLOWED);
        assertThat(refusal.orElseThrow().message()).contains("runnel.network.allow");
        assertThat(Access.refusal(sources, url, temp.resolve("clone")).fault())
                .isEqualTo(SourceFault.URL_NOT_ALLOWED);
    }

    @ParameterizedTest
    @CsvSource({
        "https://git.example.com/owner/repo.git",
        "ssh://git@git.example.com/owner/repo.git",
        "git@git.example.com:owner/repo.git",
        "file:///srv/repo.git",
    })
    void anOrdinaryUrlMayBeTried(String url) {
        GitSources sources = GitSources.in(temp).guardedBy(new AddressGuard(List.of()));

        assertThat(sources.source().refusalOf(url)).isEmpty();
    }

    @Test
    void aUrlThatIsNoneIsRefusedAtOnceAndAtTheCheckout() throws Exception {
        GitSources sources = GitSources.in(temp).with("allowed-schemes", "https,ssh");
        for (String url : List.of("ext::sh -c x", "--upload-pack=x", "ssh://-oProxyCommand=x/y")) {
            assertThat(sources.source().refusalOf(url).map(SourceRefusal::fault))
                    .contains(SourceFault.URL_MALFORMED);
            assertThat(Access.refusal(sources, url, temp.resolve("clone")).fault())
                    .isEqualTo(SourceFault.URL_MALFORMED);
        }
        assertThat(sources.source().refusalOf("/etc").map(SourceRefusal::fault))
                .contains(SourceFault.URL_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://git.example:%d/repo", "ssh://git@git.example:%d/repo"})
    void aNameThatResolvesToAnInnerAddressIsNotCalled(String url) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            AddressGuard guard =
                    new AddressGuard(
                            List.of(), _ -> new InetAddress[] {InetAddress.getLoopbackAddress()});

            SourceRefusal refusal =
                    Access.refusal(
                            GitSources.in(temp).guardedBy(guard),
                            url.formatted(server.getLocalPort()),
                            temp.resolve("clone"));

            assertThat(refusal.fault()).isEqualTo(SourceFault.URL_NOT_ALLOWED);
            assertThat(refusal.message()).contains("git.example", "loopback");
        }
    }

    @Test
    void anSshServerThatTurnsOutToBeElsewhereThanItsNameSaidIsLeft() throws Exception {
        // the name is harmless when it is asked first, and has another address when it is connected
        AddressGuard guard =
                new AddressGuard(
                        List.of(), _ -> new InetAddress[] {InetAddress.ofLiteral("8.8.8.8")});
        try (GitFixture repository = Server.SSH.newRepository(temp)) {
            repository.commit("main", Map.of("a", "1"));
            String url = Server.SSH.url(repository).replace("127.0.0.1", "localhost");

            SourceRefusal refusal =
                    Access.refusal(
                            Server.SSH.sources(temp).guardedBy(guard), url, temp.resolve("clone"));

            assertThat(refusal.fault()).isEqualTo(SourceFault.URL_NOT_ALLOWED);
            assertThat(refusal.message()).contains("localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:%d/inner",
                "http://10.0.0.1/x",
                "http://169.254.169.254/latest",
            })
    void aRedirectToAnInnerAddressIsNotFollowed(String target) throws Exception {
        try (ScriptedServer outer = new ScriptedServer();
                ScriptedServer inner = new ScriptedServer()) {
            inner.on("/", ScriptedServer.status(200, "secret"));
            String base = target.formatted(inner.port());
            outer.on("/repo", ScriptedServer.redirect("/repo", base));
            GitSources sources =
                    GitSources.in(temp).guardedBy(new AddressGuard(List.of("localhost")));

            SourceRefusal refusal =
                    Access.refusal(sources, outer.url("localhost", "/repo"), temp.resolve("clone"));

            assertThat(outer.requests()).hasSize(1);
            assertThat(refusal.fault()).as("%s", refusal).isEqualTo(SourceFault.URL_NOT_ALLOWED);
            assertThat(refusal.message()).contains("runnel.network.allow");
            assertThat(inner.requests()).isEmpty();
        }
    }

    @Test
    void aRedirectToASchemeThatIsNotAllowedIsNotFollowed() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            server.on("/repo", ScriptedServer.redirect("/repo", "https://127.0.0.1:1/repo"));

            SourceRefusal refusal =
                    Access.refusal(
                            GitSources.in(temp).with("allowed-schemes", "http"),
                            server.url("127.0.0.1", "/repo"),
                            temp.resolve("clone"));

            assertThat(refusal.fault()).isEqualTo(SourceFault.URL_NOT_ALLOWED);
            assertThat(refusal.message()).contains("https://", "runnel.git.allowed-schemes");
        }
    }

    @Test
    void aRedirectIsFollowedWithoutTakingThePasswordElsewhere() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "moved");
                ScriptedServer old = new ScriptedServer();
                ScriptedServer next = new ScriptedServer()) {
            repository.commit("main", Map.of("a", "1"));
            old.on("/repo", ScriptedServer.redirect("/repo", next.url("127.0.0.1", "/new/repo")));
            next.on("/new/repo", ScriptedServer.repository(repository.repository(), out -> out));
            String url = old.url("localhost", "/repo").replace("://", "://user:geheim@");

            assertThat(Access.checkOut(GitSources.in(temp), url, temp.resolve("clone")))
                    .isEqualTo("main");

            assertThat(old.requests())
                    .allSatisfy(request -> assertThat(request.authorization()).isPresent());
            assertThat(next.requests())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.authorization()).isEmpty());
        }
    }

    @Test
    void redirectsWithoutEndAreGivenUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            server.on(
                    "/repo",
                    exchange ->
                            ScriptedServer.redirect("/repo", server.url("127.0.0.1", "/repo"))
                                    .handle(exchange));

            SourceRefusal refusal =
                    Access.refusal(
                            GitSources.in(temp),
                            server.url("127.0.0.1", "/repo"),
                            temp.resolve("clone"));

            assertThat(refusal.fault()).isEqualTo(SourceFault.TRANSFER_FAILED);
            assertThat(server.requests()).hasSizeLessThan(20);
        }
    }

    @Test
    void namesAreLeftToAProxyThatResolvesThem() throws Exception {
        AddressGuard guard =
                new AddressGuard(
                        List.of(),
                        host -> {
                            throw new UnknownHostException(host);
                        });
        GitConfig config = GitSources.in(temp).config();
        GitUrl url =
                ((GitUrl.Usable) GitUrl.parse("https://outside.example/x", config.allowedSchemes()))
                        .url();
        HttpConnections connections = new HttpConnections(config, guard, new Diagnosis(url));
        Proxy proxy = new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved("proxy", 3128));
        URL outside = URI.create("https://outside.example/x").toURL();
        URL inner = URI.create("https://10.0.0.1/x").toURL();

        assertThat(connections.create(outside, proxy).getURL()).isEqualTo(outside);
        assertThatThrownBy(() -> connections.create(outside))
                .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> connections.create(inner, proxy))
                .isInstanceOf(Diagnosis.RefusedException.class);
    }
}
