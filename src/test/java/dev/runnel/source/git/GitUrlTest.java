package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.GitUrl.Parsed;
import dev.runnel.source.git.GitUrl.Unusable;
import dev.runnel.source.git.GitUrl.Usable;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitUrlTest {
    private static final Set<String> ALL = Set.of("https", "ssh", "http", "file");
    private static final Set<String> USUAL = Set.of("https", "ssh");

    @ParameterizedTest
    @CsvSource({
        "https://git.example.com/owner/repo.git, https, git.example.com, -1",
        "https://git.example.com:8443/owner/repo.git, https, git.example.com, 8443",
        "HTTPS://Git.Example.com/owner/repo, https, git.example.com, -1",
        "https://user@git.example.com/owner/repo, https, git.example.com, -1",
        "https://user:pass:word@git.example.com/owner/repo, https, git.example.com, -1",
        "https://[2606:2800::1]:8443/repo, https, 2606:2800::1, 8443",
        "http://127.0.0.1:3000/repo, http, 127.0.0.1, 3000",
        "ssh://git@git.example.com/owner/repo.git, ssh, git.example.com, -1",
        "ssh://git@git.example.com:2222/~/repo.git, ssh, git.example.com, 2222",
        "ssh://git.example.com/owner/repo.git, ssh, git.example.com, -1",
        "git@git.example.com:owner/repo.git, ssh, git.example.com, -1",
        "git.example.com:owner/repo.git, ssh, git.example.com, -1",
        "git@git.example.com:/srv/repo.git, ssh, git.example.com, -1",
        "file:///srv/git/repo.git, file, '', -1",
        "file://localhost/srv/git/repo.git, file, '', -1",
        "/srv/git/repo.git, file, '', -1",
    })
    void everyFormOfAnAddressIsUnderstood(String text, String scheme, String host, int port) {
        GitUrl url = usable(text);
        assertThat(url.scheme()).isEqualTo(scheme);
        assertThat(url.host()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "ext::sh -c touch% /tmp/owned",
                "ext::sh",
                "fd::7",
                "transport::https://git.example.com/x",
                "--upload-pack=touch /tmp/owned",
                "--upload-pack=x",
                "-oProxyCommand=touch",
                "-u",
                "ssh://-oProxyCommand=x/repo",
                "ssh://-oProxyCommand=x@host/repo",
                "ssh://git@-oProxyCommand=x/repo",
                "ssh://git@host:-1/repo",
                "ssh://git@host/",
                "ssh://git@host",
                "ssh://git:secret@host/repo",
                "-oProxyCommand=x:repo",
                "git@-oProxyCommand=x:repo",
                "-x@host:repo",
                "git@host:-repo",
                "git@host:",
                "https://",
                "https:///repo",
                "https://host",
                "https://host/",
                "https://host:0/repo",
                "https://host:65536/repo",
                "https://host:x/repo",
                "https://host/repo?x=1",
                "https://host/repo#x",
                "https://a@b@host/repo",
                "https://host\\@other/repo",
                "https://host%00/repo",
                "https://ho st/repo",
                "https://host/re po",
                "https://host/repo\n",
                "https://host/repo\r\nHost: other",
                "https://host/\u0000repo",
                "https://host/\u001b[31mrepo",
                "https://host/\u202erepo",
                "https://host/\u00a0repo",
                "https://höst/repo",
                "file://other/srv/repo",
                "file://srv",
                "repo",
                "./repo",
                "../repo",
            })
    void whatIsNoAddressOrADangerousOneIsRefused(String text) {
        assertThat(refused(text, ALL).fault()).isEqualTo(SourceFault.URL_MALFORMED);
    }

    @Test
    void anAddressOfAMegabyteIsRefusedAndNotRepeated() {
        String text = "https://host/" + "x".repeat(1024 * 1024);
        SourceRefusal refusal = refused(text, ALL);
        assertThat(refusal.fault()).isEqualTo(SourceFault.URL_MALFORMED);
        assertThat(refusal.message()).hasSizeLessThan(300).contains("2048");
        assertThat(GitUrl.parse("https://host/" + "x".repeat(2048 - 13), ALL))
                .isInstanceOf(Usable.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://host/repo",
                "file:///srv/repo",
                "/srv/repo",
                "git://host/repo",
                "ftp://host/repo",
                "ssh+git://host/repo",
                "amazon-s3://bucket/repo",
                "javascript://host/repo",
            })
    void aSchemeThatIsNotConfiguredIsNotAllowed(String text) {
        SourceRefusal refusal = refused(text, USUAL);
        assertThat(refusal.fault()).isEqualTo(SourceFault.URL_NOT_ALLOWED);
        assertThat(refusal.message()).contains("https, ssh");
    }

    @Test
    void aSchemeThatCouldBeConfiguredIsNamedWithItsKey() {
        assertThat(refused("http://host/repo", USUAL).message())
                .contains("add http to runnel.git.allowed-schemes");
        assertThat(refused("git@host:repo", Set.of("https")).message())
                .contains("add ssh to runnel.git.allowed-schemes");
        assertThat(refused("git://host/repo", USUAL).message())
                .doesNotContain("runnel.git.allowed-schemes");
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:geheim@host/repo, https://***@host/repo",
        "https://geheim@host:8443/repo, https://***@host:8443/repo",
        "https://host/repo, https://host/repo",
        "ssh://git@host:2222/repo, ssh://git@host:2222/repo",
        "git@host:owner/repo.git, git@host:owner/repo.git",
    })
    void whatIsShownHoldsNoSecret(String text, String shown) {
        assertThat(usable(text).shown()).isEqualTo(shown);
        assertThat(usable(text).withoutSecrets()).doesNotContain("geheim");
    }

    @ParameterizedTest
    @CsvSource({
        "https://host/a/b.git, ../c.git, https://host/a/c.git",
        "https://host/a/b.git/, ../../c/d.git, https://host/c/d.git",
        "https://u:p@host/a/b.git, ../c.git, https://u:p@host/a/c.git",
        "https://host/a/b.git, ./c.git, https://host/a/b.git/c.git",
        "git@host:a/b.git, ../c.git, git@host:a/c.git",
        "git@host:b.git, ../c.git, git@host:c.git",
        "https://host/a/b.git, https://other/c.git, https://other/c.git",
        "https://host/a/b.git, /etc, /etc",
    })
    void aSubmodulesAddressIsRelativeToItsParents(String parent, String module, String resolved) {
        assertThat(usable(parent).resolve(module)).isEqualTo(resolved);
    }

    private static GitUrl usable(String text) {
        Parsed parsed = GitUrl.parse(text, ALL);
        assertThat(parsed).isInstanceOf(Usable.class);
        return ((Usable) parsed).url();
    }

    private static SourceRefusal refused(String text, Set<String> allowed) {
        Parsed parsed = GitUrl.parse(text, allowed);
        assertThat(parsed).isInstanceOf(Unusable.class);
        return ((Unusable) parsed).refusal();
    }
}
