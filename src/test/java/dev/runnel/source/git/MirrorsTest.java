package dev.runnel.source.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.Checkout;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Bare copies of repositories, over http.
@Timeout(120)
class MirrorsTest {
    private static final int LARGE = 1_000_000;

    @TempDir Path temp;

    private final Random random = new Random(5);
    private GitFixture repository;
    private int folders;

    @BeforeEach
    void create() {
        repository = Server.MIRRORED.newRepository(temp);
    }

    @AfterEach
    void close() {
        repository.close();
    }

    private GitSources sources() {
        return Server.MIRRORED.sources(temp);
    }

    /// Text that does not compress below its size.
    private String noise() {
        byte[] bytes = new byte[LARGE];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Checkout attempt(GitSources sources, GitFixture from, Optional<String> ref)
            throws InterruptedException {
        return sources.source()
                .checkOut(
                        new CheckoutRequest(Server.HTTP.url(from), ref, nextFolder()),
                        CloneProgress.NONE);
    }

    private Path nextFolder() {
        folders++;
        return folder();
    }

    /// The last checkout.
    private Path folder() {
        return temp.resolve("checkout-" + folders);
    }

    private void assertChecksOut(ObjectId commit, String content) throws Exception {
        assertThat(attempt(sources(), repository, Optional.empty()))
                .isEqualTo(new CheckedOut(commit.name(), Optional.of("main")));
        assertThat(folder().resolve("a.txt")).hasContent(content);
        Process fsck =
                new ProcessBuilder("git", "-C", folder().toString(), "fsck", "--strict")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(fsck.getInputStream().readAllBytes(), UTF_8);
        assertThat(fsck.waitFor()).as(said).isZero();
    }

    private List<Path> mirrors() throws IOException {
        try (Stream<Path> entries = Files.list(temp.resolve("mirrors"))) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private List<Path> packs() throws IOException {
        try (Stream<Path> files = Files.walk(temp.resolve("mirrors"))) {
            return files.filter(file -> file.toString().endsWith(".pack")).sorted().toList();
        }
    }

    private void force(ObjectId target) throws IOException {
        RefUpdate update = repository.repository().updateRef("refs/heads/main");
        update.setNewObjectId(target);
        update.setForceUpdate(true);
        assertThat(update.update()).isEqualTo(RefUpdate.Result.FORCED);
    }

    @Test
    void laterCheckoutBringsOnlyWhatIsNew() throws Exception {
        String large = noise();
        ObjectId first = repository.commit("main", Map.of("a.txt", "1", "large", large));
        assertChecksOut(first, "1");
        ObjectId second = repository.commit("main", Map.of("a.txt", "2"));
        assertChecksOut(second, "2");
        assertThat(folder().resolve("large")).hasContent(large);
        assertChecksOut(second, "2");
        assertThat(mirrors()).hasSize(1);
        assertThat(packs()).hasSize(2);
        assertThat(packs().stream().mapToLong(pack -> pack.toFile().length()).min().orElseThrow())
                .isLessThan(20_000);
    }

    @Test
    void fileOfACommitThatTheMirrorNeverHadComesBack() throws Exception {
        repository.commit("main", Map.of("a.txt", "old"));
        ObjectId second = repository.commit("main", Map.of("a.txt", "new"));
        assertChecksOut(second, "new");
        ObjectId third = repository.commit("main", Map.of("a.txt", "old"));
        assertChecksOut(third, "old");
        assertThat(packs()).hasSize(2);
    }

    @Test
    void forcePushIsFollowed() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        ObjectId second = repository.commit("main", Map.of("a.txt", "2"));
        assertChecksOut(second, "2");
        force(first);
        assertChecksOut(first, "1");
        ObjectId other = repository.commit("other", Map.of("a.txt", "other"));
        force(other);
        assertChecksOut(other, "other");
    }

    @Test
    void checkoutHoldsNothingOfOtherBranches() throws Exception {
        ObjectId main = repository.commit("main", Map.of("a.txt", "main"));
        ObjectId secret = repository.commit("secret", Map.of("a.txt", "secret"));
        assertThat(attempt(sources(), repository, Optional.of("secret")))
                .isInstanceOf(CheckedOut.class);
        assertChecksOut(main, "main");
        try (Repository checkout = WorkTree.openBare(folder().resolve(".git"))) {
            assertThat(checkout.getObjectDatabase().has(main)).isTrue();
            assertThat(checkout.getObjectDatabase().has(secret)).isFalse();
        }
    }

    @Test
    void whoMayNotReadGetsNothingOutOfAMirror() throws Exception {
        ObjectId main = repository.commit("main", Map.of("a.txt", "1"));
        assertChecksOut(main, "1");
        Checkout refused =
                attempt(
                        sources().with("http.credentials.\"127.0.0.1\".password", "wrong"),
                        repository,
                        Optional.empty());
        assertThat(((SourceRefusal) refused).fault()).isEqualTo(SourceFault.ACCESS_DENIED);
        assertThat(folder()).doesNotExist();
        assertThat(mirrors()).hasSize(1);
        assertThat(attempt(Server.HTTP.sources(temp), repository, Optional.of("no-such-branch")))
                .isInstanceOf(SourceRefusal.class);
    }

    @Test
    void damagedMirrorIsLeftOutAndMadeAnew() throws Exception {
        ObjectId commit = repository.commit("main", Map.of("a.txt", "1", "large", noise()));
        for (Damage damage :
                List.<Damage>of(
                        pack -> {
                            byte[] bytes = Files.readAllBytes(pack);
                            bytes[bytes.length / 2] ^= 0x55;
                            overwrite(pack, bytes);
                        },
                        pack -> overwrite(pack, new byte[100]),
                        Files::delete,
                        pack ->
                                overwrite(
                                        Path.of(pack.toString().replace(".pack", ".idx")),
                                        new byte[] {1, 2, 3}),
                        pack -> Files.delete(pack.resolve("../../../HEAD").normalize()),
                        pack ->
                                overwrite(
                                        pack.resolve("../../../config").normalize(),
                                        "[core\n".getBytes(UTF_8)))) {
            assertChecksOut(commit, "1");
            assertThat(packs()).hasSize(1);
            damage.on(packs().getFirst());
            assertChecksOut(commit, "1");
        }
    }

    private interface Damage {
        void on(Path pack) throws IOException;
    }

    private static void overwrite(Path file, byte[] bytes) throws IOException {
        file.toFile().setWritable(true);
        Files.write(file, bytes);
    }

    @Test
    void whoDoesNotGetTheMirrorGoesOnWithout() throws Exception {
        ObjectId first = repository.commit("main", Map.of("a.txt", "1"));
        assertChecksOut(first, "1");
        ObjectId second = repository.commit("main", Map.of("a.txt", "2"));
        Path lock = Path.of(mirrors().getFirst() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertThat(held.isValid()).isTrue();
            assertChecksOut(second, "2");
        }
        assertThat(packs()).hasSize(1);
    }

    @Test
    void mirrorsThatWereNotUsedForLongestMakeRoom() throws Exception {
        ObjectId main = repository.commit("main", Map.of("a.txt", "1", "large", noise()));
        try (GitFixture second = Server.MIRRORED.newRepository(temp);
                GitFixture third = Server.MIRRORED.newRepository(temp)) {
            for (GitFixture other : List.of(second, third)) {
                other.commit("main", Map.of("a.txt", "1", "large", noise()));
            }
            GitSources small = sources().with("mirrors.limit", "2500K");
            long seconds = 0;
            for (GitFixture used : List.of(repository, second, repository, third)) {
                seconds++;
                Clock clock =
                        Clock.offset(
                                Clock.fixed(Instant.EPOCH, java.time.ZoneOffset.UTC),
                                Duration.ofSeconds(seconds));
                assertThat(
                                small.source(clock)
                                        .checkOut(
                                                new CheckoutRequest(
                                                        Server.HTTP.url(used),
                                                        Optional.empty(),
                                                        nextFolder()),
                                                CloneProgress.NONE))
                        .isInstanceOf(CheckedOut.class);
            }
            assertThat(mirrors()).hasSize(2);
            long before = packs().size();
            assertChecksOut(main, "1");
            assertThat(packs()).as("the first one is there still").hasSize((int) before);
        }
    }
}
