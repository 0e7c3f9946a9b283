package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.TestEnvironment;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SshCheckoutTest extends CheckoutContract {
    private static final TestEnvironment.Git GIT = Server.git();

    SshCheckoutTest() {
        super(Server.SSH);
    }

    @Test
    void theShortFormOfAnAddressAsksPort22() throws Exception {
        String path = GIT.root().resolve(repository.name()).toString();

        SourceRefusal refusal =
                Access.refusal(server.sources(temp), "runnel-git@127.0.0.1:" + path, folder());

        // whichever of the two: is somebody listening there?
        assertThat(refusal.fault())
                .isIn(SourceFault.HOST_UNREACHABLE, SourceFault.HOST_KEY_REJECTED);
        assertThat(refusal.message()).contains("127.0.0.1");
    }

    @Test
    void aKeyForHostAndPortGoesBeforeOneForTheHost() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        GitSources right =
                withoutKey()
                        .with("ssh.keys.\"127.0.0.1:2222\"", GIT.sshKey())
                        .with("ssh.keys.\"127.0.0.1\"", GIT.refusedSshKey());
        GitSources wrong =
                withoutKey()
                        .with("ssh.keys.\"127.0.0.1:2222\"", GIT.refusedSshKey())
                        .with("ssh.keys.\"127.0.0.1\"", GIT.sshKey());

        assertThat(Access.checkOut(right, url(), folder())).isEqualTo("main");
        assertThat(Access.refusal(wrong, url(), temp.resolve("other")).fault())
                .isEqualTo(SourceFault.ACCESS_DENIED);
    }

    @Test
    void keysOfTheSshFolderAreTriedWhenTheHostHasNone() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path keys = Files.createDirectories(temp.resolve("keys"));
        Files.copy(GIT.sshKey(), keys.resolve("id_ed25519"));
        Files.copy(GIT.knownHosts(), keys.resolve("known_hosts"));
        GitSources sources = GitSources.in(temp).with("ssh.directory", keys);

        assertThat(Access.checkOut(sources, url(), folder())).isEqualTo("main");
        // a key for the host is the only one that is tried there
        sources.with("ssh.keys.\"127.0.0.1\"", GIT.refusedSshKey());
        assertThat(Access.refusal(sources, url(), temp.resolve("other")).fault())
                .isEqualTo(SourceFault.ACCESS_DENIED);
    }

    @Test
    void aRefusedKeyAndNoKeyAreAccessDenied() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        GitSources refused = withoutKey().with("ssh.keys.\"127.0.0.1\"", GIT.refusedSshKey());

        for (GitSources sources : new GitSources[] {refused, withoutKey()}) {
            SourceRefusal refusal = Access.refusal(sources, url(), folder());
            assertThat(refusal.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
            assertThat(refusal.message()).contains("runnel.git.ssh.keys.\"127.0.0.1\"");
        }
    }

    @Test
    void aKeyFileThatIsNotThereIsNamed() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path missing = temp.resolve("missing-key");

        SourceRefusal refusal =
                Access.refusal(
                        withoutKey().with("ssh.keys.\"127.0.0.1\"", missing), url(), folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(refusal.message()).contains(missing.toString());
    }

    @Test
    void aKeyWithAPassphraseIsSaidToHaveOne() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path locked = Files.copy(GIT.sshKey(), temp.resolve("locked"));
        run("chmod", "600", locked.toString());
        run("ssh-keygen", "-q", "-p", "-P", "", "-N", "geheim", "-f", locked.toString());

        SourceRefusal refusal =
                Access.refusal(
                        withoutKey().with("ssh.keys.\"127.0.0.1\"", locked), url(), folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(refusal.message()).contains("passphrase", locked.toString(), "agent");
    }

    @Test
    void aHostThatIsNotKnownIsRejectedWithItsFingerprint() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path unknown = temp.resolve("unknown_hosts");

        SourceRefusal refusal =
                Access.refusal(
                        server.sources(temp).with("ssh.known-hosts", unknown), url(), folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_KEY_REJECTED);
        assertThat(refusal.message()).contains("not known", fingerprint(), unknown.toString());
        assertThat(unknown).doesNotExist();
    }

    @Test
    void aHostWithAnotherKeyThanTheKnownOneIsRejectedWhateverIsConfigured() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path wrong = Files.copy(GIT.wrongKnownHosts(), temp.resolve("wrong_known_hosts"));
        String before = Files.readString(wrong);

        for (String acceptNew : new String[] {"false", "true"}) {
            SourceRefusal refusal =
                    Access.refusal(
                            server.sources(temp)
                                    .with("ssh.known-hosts", wrong)
                                    .with("ssh.accept-new", acceptNew),
                            url(),
                            folder());
            assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_KEY_REJECTED);
            assertThat(refusal.message()).contains("is not the one in " + wrong, fingerprint());
        }
        assertThat(wrong).hasContent(before);
    }

    @Test
    void aNewHostIsAcceptedAndWrittenDownWhenThatIsConfigured() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path known = temp.resolve("new/known_hosts");
        GitSources trusting =
                server.sources(temp).with("ssh.known-hosts", known).with("ssh.accept-new", "true");

        assertThat(Access.checkOut(trusting, url(), folder())).isEqualTo("main");

        assertThat(known).content().contains("[127.0.0.1]:2222 ssh-ed25519 ");
        trusting.with("ssh.accept-new", "false");
        assertThat(Access.checkOut(trusting, url(), temp.resolve("again"))).isEqualTo("main");
    }

    @Test
    void aKeyInAnAgentOpensTheDoor() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path socket = temp.resolve("agent");
        Process agent = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString()).start();
        try {
            Waiting.until(() -> Files.exists(socket));
            GitSources sources = withoutKey().with("ssh.agent", socket);
            assertThat(Access.refusal(sources, url(), folder()).fault())
                    .as("while the agent holds no key")
                    .isEqualTo(SourceFault.ACCESS_DENIED);

            ProcessBuilder add = new ProcessBuilder("ssh-add", "-q", GIT.sshKey().toString());
            add.environment().put("SSH_AUTH_SOCK", socket.toString());
            run(add);

            assertThat(Access.checkOut(sources, url(), folder())).isEqualTo("main");
        } finally {
            agent.destroy();
            agent.waitFor();
        }
    }

    @Test
    void anAgentThatIsGoneDoesNotKeepTheKeyFilesFromBeingTried() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));

        assertThat(
                        Access.checkOut(
                                server.sources(temp).with("ssh.agent", temp.resolve("gone")),
                                url(),
                                folder()))
                .isEqualTo("main");
    }

    private GitSources withoutKey() {
        return GitSources.in(temp).with("ssh.known-hosts", GIT.knownHosts());
    }

    private static String fingerprint() throws IOException, InterruptedException {
        Path hostKey = GIT.sshKey().resolveSibling("host.pub");
        String line = run("ssh-keygen", "-l", "-f", hostKey.toString());
        return line.split(" ", -1)[1];
    }

    private static String run(String... command) throws IOException, InterruptedException {
        return run(new ProcessBuilder(command));
    }

    private static String run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
