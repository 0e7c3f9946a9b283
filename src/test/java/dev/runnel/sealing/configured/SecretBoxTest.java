package dev.runnel.sealing.configured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.sealing.SecretBox;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretBoxTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "open-sesame", "ü😀\uD83D", "a\nb"})
    void whatIsSealedIsOpened(String text) {
        SecretBox box = box(1);
        String sealed = box.seal(text);
        assertThat(SecretBox.isSealed(sealed)).isTrue();
        assertThat(SecretBox.keyIdOf(sealed)).isEqualTo(box.keyId());
        assertThat(box.open(sealed)).contains(text);
        // twice is not the same, and once is enough
        assertThat(box.seal(text)).isNotEqualTo(sealed);
        assertThat(box.seal(sealed)).isEqualTo(sealed);
        if (!text.isEmpty()) {
            assertThat(sealed).doesNotContain(text);
        }
    }

    @Test
    void whatWasNeverSealedStaysAsItIs() {
        assertThat(box(1).open("plain")).contains("plain");
    }

    @Test
    void onlyItsKeyOpensItAndAnOldKeyStillDoes() {
        String sealed = box(1).seal("open-sesame");
        assertThat(box(2).open(sealed)).isEmpty();
        SecretBox rotated = new SecretBox(key(2), List.of(key(1)));
        assertThat(rotated.open(sealed)).contains("open-sesame");
        assertThat(SecretBox.keyIdOf(rotated.seal("new"))).isEqualTo(box(2).keyId());
    }

    @Test
    void aChangedTextIsNotOpened() {
        String sealed = box(1).seal("open-sesame");
        for (int place = sealed.lastIndexOf(':'); place < sealed.length(); place += 5) {
            char other = sealed.charAt(place) == 'A' ? 'B' : 'A';
            String changed = sealed.substring(0, place) + other + sealed.substring(place + 1);
            assertThat(box(1).open(changed)).isEmpty();
            assertThat(box(1).open(sealed.substring(0, place))).isEmpty();
        }
    }

    @Test
    void theFileIsMadeOnceForItsOwnerAlone() throws Exception {
        Path file = folder.resolve("data/secrets.key");
        Set<String> keys = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<byte[]>> read =
                    IntStream.range(0, 20)
                            .mapToObj(_ -> threads.submit(() -> SecretKeys.fromFile(file)))
                            .toList();
            for (Future<byte[]> key : read) {
                keys.add(new SecretBox(key.get(), List.of()).keyId());
            }
        }
        assertThat(keys).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder.resolve("data"))) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatHoldsNoKeyIsRefusedWithoutBeingShown() throws Exception {
        Path file = folder.resolve("secrets.key");
        for (String content : List.of("", "hunter22", "aHVudGVyMjI=")) {
            Files.writeString(file, content);
            assertThatThrownBy(() -> SecretKeys.fromFile(file))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("head -c 32")
                    .hasMessageNotContaining("hunter22")
                    .hasMessageNotContaining("aHVudGVyMjI");
        }
    }

    private static SecretBox box(int seed) {
        return new SecretBox(key(seed), List.of());
    }

    private static byte[] key(int seed) {
        byte[] key = new byte[SecretBox.KEY_BYTES];
        new Random(seed).nextBytes(key);
        return key;
    }
}
