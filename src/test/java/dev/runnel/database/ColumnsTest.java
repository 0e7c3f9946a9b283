package dev.runnel.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.run.CommandRun;
import dev.runnel.run.StepState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    @Test
    void aCharacterThatPostgresRefusesIsReplaced() {
        assertThat(Columns.text("a\0b\0")).isEqualTo("a\uFFFDb\uFFFD");
        assertThat(Columns.text("äb😀")).isEqualTo("äb😀");
        assertThat(Columns.text(Optional.empty())).isNull();
    }

    @Test
    void commandsAreReadAsTheyWereWritten() {
        Instant at = Instant.parse("2026-01-02T03:04:05.678901Z");
        List<CommandRun> commands =
                List.of(
                        new CommandRun(
                                1,
                                "odd \0 \uD800 \" ä😀\n",
                                StepState.FAILED,
                                Optional.of(-1),
                                Optional.of(at),
                                Optional.of(at.plusSeconds(1))),
                        new CommandRun(
                                2,
                                "",
                                StepState.PENDING,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
        String stored = StoredCommands.write(commands);
        assertThat(stored).matches("\\p{ASCII}*").doesNotContain("\0");
        assertThat(StoredCommands.read(stored)).isEqualTo(commands);
        assertThat(StoredCommands.read(StoredCommands.write(List.of()))).isEmpty();
    }
}
