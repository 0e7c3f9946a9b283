package dev.runnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Rfc3339Test {
    @Test
    void hasAlwaysSixDigitsOfASecond() {
        assertThat(Rfc3339.of(Instant.parse("2026-01-31T12:00:00Z")))
                .isEqualTo("2026-01-31T12:00:00.000000Z");
        assertThat(Rfc3339.of(Instant.parse("2026-01-31T12:00:00.000001999Z")))
                .isEqualTo("2026-01-31T12:00:00.000001Z");
        assertThat(Rfc3339.of(Instant.parse("1969-12-31T23:59:59.987654Z")))
                .isEqualTo("1969-12-31T23:59:59.987654Z");
        assertThat(Rfc3339.of(Instant.parse("+10000-01-01T00:00:00.5Z")))
                .isEqualTo("+10000-01-01T00:00:00.500000Z");
    }

    @Test
    void oneThatIsUsedAgainForgetsTheTimesBefore() {
        Random random = new Random(1);
        Rfc3339 times = new Rfc3339();
        Instant time = Instant.parse("9999-12-31T23:59:50Z");
        for (int step = 0; step < 1000; step++) {
            time = time.plusNanos(random.nextLong(1_200_000_000));
            if (time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
                time = Instant.parse("0001-01-01T00:00:00Z");
            }
            String text = times.text(time);
            assertThat(text).hasSize(27);
            assertThat(OffsetDateTime.parse(text).toInstant())
                    .isEqualTo(time.truncatedTo(ChronoUnit.MICROS));
        }
    }
}
