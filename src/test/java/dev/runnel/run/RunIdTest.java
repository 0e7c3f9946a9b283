package dev.runnel.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {
    private static final Random RANDOM = new Random(5);

    @Test
    void anIdIsAUuidOfVersion7ThatHoldsItsTime() {
        Instant time = Instant.parse("2026-11-22T10:11:12.345678Z");
        RunId id = RunId.at(time, RANDOM);
        assertThat(id.value().version()).isEqualTo(7);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(id.value().getMostSignificantBits() >>> 16).isEqualTo(time.toEpochMilli());
    }

    @Test
    void idsSortByTimeAsTextAndAsObjects() {
        List<RunId> ids = new ArrayList<>();
        // among them times at which the halves of a UUID change their sign
        for (long millis = 1; millis < 1L << 48; millis = millis * 3 + 1) {
            ids.add(RunId.at(Instant.ofEpochMilli(millis), RANDOM));
        }
        List<RunId> shuffled = new ArrayList<>(ids);
        Collections.shuffle(shuffled, RANDOM);
        assertThat(shuffled.stream().sorted()).isEqualTo(ids);
        assertThat(ids).extracting(RunId::toString).isSorted();
    }

    @Test
    void idsOfOneMomentDiffer() {
        Set<RunId> ids = new HashSet<>();
        for (int id = 0; id < 1000; id++) {
            ids.add(RunId.at(Instant.EPOCH, RANDOM));
        }
        assertThat(ids).hasSize(1000);
    }

    @Test
    void anIdIsReadAsItIsWritten() {
        RunId id = RunId.at(Instant.now(), RANDOM);
        assertThat(RunId.parse(id.toString())).contains(id);
        assertThat(RunId.parse(id.toString().toUpperCase(java.util.Locale.ROOT))).contains(id);
        assertThat(RunId.parse("00000000-0000-0000-0000-000000000000"))
                .contains(new RunId(new UUID(0, 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "1-1-1-1-1",
                "banana",
                "019c0000-0000-7000-8000-00000000000",
                "019c0000-0000-7000-8000-0000000000000",
                "019c0000-0000-7000-8000-00000000000g",
                "019c0000000070008000000000000000",
                " 019c0000-0000-7000-8000-000000000000",
                "019c0000-0000-7000-8000-000000000000\n"
            })
    void whatIsNoUuidIsNoId(String text) {
        assertThat(RunId.parse(text)).isEmpty();
    }
}
