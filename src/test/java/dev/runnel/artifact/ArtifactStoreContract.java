package dev.runnel.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.ArtifactOwner.OfCache;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore.Need;
import dev.runnel.artifact.Storing.Refused;
import dev.runnel.artifact.Storing.Stored;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What every [ArtifactStore] does.
public abstract class ArtifactStoreContract {
    /// The limits of the store that is tested.
    protected static final ArtifactLimits LIMITS = new ArtifactLimits(10_000, 50, 20_000);

    private static final RunId RUN = run();
    private static final OfStep STEP = new OfStep(RUN, 1);
    private static final OfCache CACHE = new OfCache("team/job", "maven", "v1");

    @TempDir Path temp;

    private Path from;
    private Path to;

    /// The store, empty at the start of each test.
    protected abstract ArtifactStore store();

    /// Lets time pass, so that what is used now is used later than what was used before.
    protected abstract void pass();

    private static RunId run() {
        return RunId.at(Instant.now(), RandomGenerator.getDefault());
    }

    @BeforeEach
    void makeFolders() throws IOException {
        from = Files.createDirectory(temp.resolve("from"));
        to = Files.createDirectory(temp.resolve("to"));
    }

    @Test
    void whatWasWantedIsStoredListedReadAndRestored() throws Exception {
        write("out/a.txt", "one");
        write("out/deep/b.txt", "two");
        write("other.txt", "three");
        Files.setPosixFilePermissions(
                from.resolve("out/a.txt"), PosixFilePermissions.fromString("rwxr-x--x"));

        Stored stored = stored(STEP, "out/");

        assertThat(stored.skipped()).isEmpty();
        assertThat(stored.artifacts())
                .extracting(Artifact::path)
                .containsExactly("out/a.txt", "out/deep/b.txt");
        assertThat(stored.artifacts().getFirst())
                .isEqualTo(
                        new Artifact(
                                "out/a.txt",
                                3,
                                "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"));
        assertThat(store().list(STEP)).contains(stored.artifacts());
        assertThat(read(STEP, "out/deep/b.txt")).contains("two");
        assertThat(read(STEP, "other.txt")).isEmpty();
        assertThat(store().restore(STEP, to)).isEmpty();
        assertThat(to.resolve("out/deep/b.txt")).hasContent("two");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(to.resolve("out/a.txt"))))
                .isEqualTo("rwxr-x--x");
        assertThat(temp.toFile().list()).containsExactlyInAnyOrder("from", "to");
    }

    @Test
    void whatNobodyStoredIsNotThere() {
        assertThat(store().list(STEP)).isEmpty();
        assertThat(store().of(RUN)).isEmpty();
        assertThat(store().open(STEP, "x")).isEmpty();
        assertThat(store().restore(STEP, to)).isPresent();
        store().delete(RUN);
        assertThat(store().sweep(_ -> Need.GONE)).isZero();
    }

    @Test
    void storingNothingIsNotTheSameAsStoringNever() {
        stored(STEP, "");
        assertThat(store().list(STEP)).contains(List.of());
    }

    @Test
    void aLaterAttemptReplacesAnEarlierOne() throws Exception {
        write("a", "one");
        stored(STEP, "");
        Files.delete(from.resolve("a"));
        write("b", "two");
        stored(STEP, "");
        assertThat(store().list(STEP).orElseThrow())
                .extracting(Artifact::path)
                .containsExactly("b");
    }

    @Test
    void ownersDoNotGetInEachOthersWay() throws Exception {
        write("a", "one");
        stored(new OfStep(RUN, 10), "");
        stored(new OfStep(RUN, 2), "");
        stored(CACHE, "");
        assertThat(store().of(RUN)).containsExactly(new OfStep(RUN, 2), new OfStep(RUN, 10));
        assertThat(store().list(new OfStep(run(), 2))).isEmpty();
        assertThat(store().list(new OfCache("team/job", "maven", "v2"))).isEmpty();
        assertThat(store().list(new OfCache("team/job", "mavenv", "1"))).isEmpty();
        assertThat(store().list(new OfCache("../job", "maven", "v1"))).isEmpty();
        store().delete(RUN);
        assertThat(store().of(RUN)).isEmpty();
        assertThat(store().list(CACHE)).isPresent();
    }

    @Test
    void tooMuchIsRefusedAndTheEarlierStaysAsItWas() throws Exception {
        write("a", "one");
        stored(STEP, "");
        write("b", "x".repeat(9_999));
        assertThat(store().store(STEP, from, _ -> true))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.why()).contains("MiB"));
        assertThat(store().list(STEP).orElseThrow()).hasSize(1);
        Files.delete(from.resolve("b"));
        for (int file = 0; file < 50; file++) {
            write("many/" + file, "");
        }
        assertThat(store().store(STEP, from, _ -> true))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.why()).contains("50 files"));
    }

    @Test
    void aStepsLinksAreSkippedAndNeverFollowed() throws Exception {
        Path secret = Files.writeString(temp.resolve("secret"), "secret");
        Files.createSymbolicLink(from.resolve("file"), secret);
        Files.createSymbolicLink(from.resolve("folder"), temp);
        write("real", "x");
        Stored stored = stored(STEP, "");
        assertThat(stored.artifacts()).extracting(Artifact::path).containsExactly("real");
        assertThat(stored.skipped()).containsExactly("file: it is a link", "folder: it is a link");
    }

    @Test
    void aCacheKeepsItsLinksAsLinks() throws Exception {
        write("bin/tool", "x");
        Files.createSymbolicLink(from.resolve("tool"), Path.of("bin/tool"));
        Files.createSymbolicLink(from.resolve("away"), Path.of("/etc/passwd"));
        stored(CACHE, "");
        assertThat(store().restore(CACHE, to)).isEmpty();
        assertThat(Files.readSymbolicLink(to.resolve("tool"))).isEqualTo(Path.of("bin/tool"));
        assertThat(Files.readSymbolicLink(to.resolve("away"))).isEqualTo(Path.of("/etc/passwd"));
        assertThat(store().open(CACHE, "away")).isEmpty();
    }

    @Test
    void whatIsRestoredNeverGoesThroughALink() throws Exception {
        write("out/a", "new");
        stored(STEP, "");
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.createSymbolicLink(to.resolve("out"), outside);
        assertThat(store().restore(STEP, to)).isEmpty();
        assertThat(outside).isEmptyDirectory();
        assertThat(Files.isDirectory(to.resolve("out"), LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(to.resolve("out/a")).hasContent("new");

        Path victim = Files.writeString(outside.resolve("victim"), "old");
        Files.delete(to.resolve("out/a"));
        Files.createSymbolicLink(to.resolve("out/a"), victim);
        assertThat(store().restore(STEP, to)).isEmpty();
        assertThat(victim).hasContent("old");
        assertThat(to.resolve("out/a")).hasContent("new").isRegularFile();
    }

    @Test
    void specialFilesAreSkipped() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", from.resolve("pipe").toString()).start().waitFor())
                .isZero();
        assertThat(stored(STEP, "").skipped()).containsExactly("pipe: it is no file");
    }

    @Test
    void namesOfEveryKindComeBack() throws Exception {
        List<String> names = List.of("a b", "ü", "-rf", "\n", "x'\"\\", "%2e%2e");
        for (String name : names) {
            write(name, name);
        }
        stored(STEP, "");
        assertThat(store().restore(STEP, to)).isEmpty();
        for (String name : names) {
            assertThat(to.resolve(name)).hasContent(name);
            assertThat(read(STEP, name)).contains(name);
        }
    }

    @Test
    void aSweepRemovesWhatIsOfRunsThatAreGone() throws Exception {
        write("a", "one");
        stored(STEP, "");
        OfStep other = new OfStep(run(), 1);
        stored(other, "");
        int removed = store().sweep(id -> id.equals(RUN) ? Need.GONE : Need.ENDED);
        assertThat(removed).isEqualTo(1);
        assertThat(store().list(STEP)).isEmpty();
        assertThat(read(other, "a")).contains("one");
    }

    @Test
    void aSweepKeepsWhatWasUsedLastAndWhatLiveRunsHave() throws Exception {
        List<OfStep> steps = IntStream.range(0, 4).mapToObj(_ -> new OfStep(run(), 1)).toList();
        for (OfStep step : steps) {
            write("a", step + "x".repeat(9_000));
            stored(step, "");
            pass();
        }
        assertThat(store().restore(steps.get(1), to)).isEmpty();
        RunId live = steps.get(0).run();
        int removed = store().sweep(id -> id.equals(live) ? Need.LIVE : Need.ENDED);
        assertThat(removed).isEqualTo(2);
        assertThat(steps)
                .extracting(step -> store().list(step).isPresent())
                .containsExactly(true, true, false, false);
    }

    @Test
    void equalContentsAreKeptOnceAndCountOnce() throws Exception {
        for (int step = 1; step <= 5; step++) {
            write("a", "x".repeat(9_000));
            stored(new OfStep(RUN, step), "");
        }
        assertThat(store().sweep(_ -> Need.ENDED)).isZero();
        assertThat(store().of(RUN)).hasSize(5);
    }

    @Test
    void manyMayStoreAndSweepAtOnce() throws Exception {
        for (int file = 0; file < 20; file++) {
            write("f" + file, "content " + file);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<String>>> all =
                    IntStream.range(0, 40)
                            .mapToObj(number ->
                                    threads.submit(() -> {
                                        OfStep step = new OfStep(RUN, number + 1);
                                        stored(step, "");
                                        store().sweep(_ -> Need.LIVE);
                                        return read(step, "f7");
                                    }))
                            .toList();
            for (Future<Optional<String>> each : all) {
                assertThat(each.get()).contains("content 7");
            }
        }
    }

    private Stored stored(ArtifactOwner owner, String prefix) {
        Storing storing = store().store(owner, from, path -> path.startsWith(prefix));
        assertThat(storing).isInstanceOf(Stored.class);
        return (Stored) storing;
    }

    private Optional<String> read(ArtifactOwner owner, String path) throws IOException {
        Optional<InputStream> content = store().open(owner, path);
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = content.get()) {
            return Optional.of(
                    new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private void write(String path, String text) throws IOException {
        Path file = from.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
