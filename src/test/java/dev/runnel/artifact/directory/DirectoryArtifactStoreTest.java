package dev.runnel.artifact.directory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.ArtifactStore.Need;
import dev.runnel.artifact.ArtifactStoreContract;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryArtifactStoreTest extends ArtifactStoreContract {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path folder;

    private Path root;
    private ArtifactStore store;
    private int passed;

    @BeforeEach
    void makeStore() {
        root = folder.resolve("artifacts");
        passed = 0;
        store = at(START);
    }

    private ArtifactStore at(Instant now) {
        return new DirectoryArtifactStore(root, LIMITS, Clock.fixed(now, ZoneOffset.UTC));
    }

    @Override
    protected ArtifactStore store() {
        return store;
    }

    @Override
    protected void pass() {
        store = at(START.plus(Duration.ofSeconds(++passed)));
    }

    @Test
    void damagedContentIsNotRestored() throws Exception {
        OfStep step = stored("good");
        Path blob = files("blobs").getFirst();
        Files.writeString(blob, "evil");
        Path to = Files.createDirectory(folder.resolve("to"));
        assertThat(store.restore(step, to).orElseThrow()).contains("a.txt is damaged");
        assertThat(to).isEmptyDirectory();
        Files.delete(blob);
        assertThat(store.restore(step, to).orElseThrow()).contains("a.txt is gone");
    }

    @Test
    void whatACrashLeftIsSwept() throws Exception {
        stored("good");
        Path part = Files.writeString(root.resolve("parts/half"), "x");
        Path orphan = root.resolve("blobs/ab/ab" + "0".repeat(62));
        Files.createDirectories(orphan.getParent());
        Files.writeString(orphan, "x");
        assertThat(store.sweep(_ -> Need.LIVE)).isZero();
        assertThat(part).doesNotExist();
        assertThat(orphan).doesNotExist();
        assertThat(files("blobs")).hasSize(1);
    }

    private OfStep stored(String text) throws IOException {
        Path from = Files.createDirectory(folder.resolve("from"));
        Files.writeString(from.resolve("a.txt"), text);
        OfStep step = new OfStep(RunId.at(START, RandomGenerator.getDefault()), 1);
        store.store(step, from, _ -> true);
        return step;
    }

    private List<Path> files(String name) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(name))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
