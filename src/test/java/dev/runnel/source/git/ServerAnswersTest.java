package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Servers and repositories that are not as they should be.
class ServerAnswersTest {
    @TempDir Path temp;

    @ParameterizedTest
    @CsvSource({
        "403, ACCESS_DENIED, 403",
        "404, REPOSITORY_NOT_FOUND, no repository",
        "500, TRANSFER_FAILED, 500",
        "503, TRANSFER_FAILED, 503",
        "200, TRANSFER_FAILED, 127.0.0.1",
    })
    void aWebServerThatIsNoGitServerIsToldByItsStatus(int status, SourceFault fault, String said)
            throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            server.on("/", ScriptedServer.status(status, "<html>hello</html>"));
            String url = server.url("127.0.0.1", "/repo").replace("://", "://me:geheim@");

            SourceRefusal refusal = Access.refusal(GitSources.in(temp), url, folder());

            assertThat(refusal.fault()).as("%s", refusal).isEqualTo(fault);
            assertThat(refusal.message()).contains(said).doesNotContain("geheim", "me@");
            assertThat(folder()).doesNotExist();
        }
    }

    @Test
    void aServerOfFilesIsNotWalkedThrough() throws Exception {
        try (ScriptedServer server = new ScriptedServer()) {
            String id = "0123456789012345678901234567890123456789";
            server.on("/repo/info/refs", ScriptedServer.status(200, id + "\trefs/heads/main\n"));
            server.on("/repo/HEAD", ScriptedServer.status(200, "ref: refs/heads/main\n"));
            server.on("/repo/objects", ScriptedServer.status(200, "http://10.0.0.1/objects\n"));

            SourceRefusal refusal =
                    Access.refusal(GitSources.in(temp), server.url("127.0.0.1", "/repo"), folder());

            assertThat(refusal.fault()).isEqualTo(SourceFault.TRANSFER_FAILED);
            assertThat(refusal.message()).contains("smart http");
            assertThat(server.requests())
                    .noneMatch(request -> request.path().contains("/objects/"));
        }
    }

    @Test
    void aServerThatGivesOnlyWhatItAdvertisesIsAskedForEverything() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "old");
                ScriptedServer server = new ScriptedServer()) {
            ObjectId first = repository.commit("main", Map.of("a", "1"));
            repository.commit("main", Map.of("a", "2"));
            server.on("/repo", ScriptedServer.repository(repository.repository(), out -> out));
            List<String> phases = new ArrayList<>();

            assertThat(
                            GitSources.in(temp)
                                    .source()
                                    .checkOut(
                                            new CheckoutRequest(
                                                    server.url("127.0.0.1", "/repo"),
                                                    Optional.of(first.name()),
                                                    folder()),
                                            (phase, _, _) -> phases.add(phase)))
                    .isEqualTo(new CheckedOut(first.name(), Optional.empty()));
            assertThat(phases)
                    .contains("the server does not give this commit alone; fetching all of them");
            assertThat(folder().resolve("a")).hasContent("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1/repo", "ssh://git@127.0.0.1:1/repo"})
    void nobodyListeningIsUnreachable(String url) throws Exception {
        SourceRefusal refusal = Access.refusal(GitSources.in(temp), url, folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_UNREACHABLE);
        assertThat(refusal.message()).contains("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://nowhere.invalid/repo", "ssh://git@nowhere.invalid/repo"})
    void aNameWithoutAnAddressIsUnreachable(String url) throws Exception {
        SourceRefusal refusal = Access.refusal(GitSources.in(temp), url, folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_UNREACHABLE);
        assertThat(refusal.message()).contains("nowhere.invalid", "spelling");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:%d/repo", "ssh://git@127.0.0.1:%d/repo"})
    void aServerThatDoesNotAcceptTheConnectionIsUnreachable(String url) throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, waiting);

            SourceRefusal refusal =
                    Access.refusal(
                            GitSources.in(temp).with("connect-timeout", "500ms"),
                            url.formatted(full.getLocalPort()),
                            folder());

            assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_UNREACHABLE);
            assertThat(refusal.message()).contains("does not answer");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void otherProtocolsOnThePortAreAFailedTransfer() throws Exception {
        String plain = Server.git().anonymousBase();
        for (String scheme : List.of("https", "ssh")) {
            String url = plain.replace("http://", scheme + "://") + "repo";
            assertThat(Access.refusal(GitSources.in(temp), url, folder()).fault())
                    .as(url)
                    .isEqualTo(SourceFault.TRANSFER_FAILED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".git", ".GIT", "..", "."})
    void aFileNameThatWouldLeaveOrTakeOverTheCheckoutIsNotWritten(String name) throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "hostile")) {
            try (ObjectInserter inserter = repository.repository().newObjectInserter()) {
                ObjectId hook = inserter.insert(Constants.OBJ_BLOB, new byte[] {'x'});
                TreeFormatter inner = new TreeFormatter();
                inner.append("config", FileMode.REGULAR_FILE, hook);
                TreeFormatter outer = new TreeFormatter();
                outer.append(name, FileMode.TREE, inserter.insert(inner));
                Trees.of(repository).commit(inserter, "main", inserter.insert(outer));
            }

            SourceRefusal refusal =
                    Access.refusal(GitSources.in(temp), repository.fileUrl(), folder());

            assertThat(refusal.fault()).isEqualTo(SourceFault.TRANSFER_FAILED);
            assertThat(refusal.message()).contains("not permitted");
            assertThat(folder()).doesNotExist();
            assertThat(temp.resolve("config")).doesNotExist();
        }
    }

    private Path folder() {
        return temp.resolve("clone");
    }

    /// Fills the queue of connections that nobody accepts.
    private static void fill(ServerSocket server, List<Socket> sockets) throws IOException {
        for (int i = 0; i < 4; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            try {
                socket.connect(
                        new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
            } catch (IOException e) {
                return;
            }
        }
    }
}
