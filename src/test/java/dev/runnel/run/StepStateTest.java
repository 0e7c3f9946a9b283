package dev.runnel.run;

import static dev.runnel.run.StepState.ABORTED;
import static dev.runnel.run.StepState.FAILED;
import static dev.runnel.run.StepState.IN_PROGRESS;
import static dev.runnel.run.StepState.PENDING;
import static dev.runnel.run.StepState.SKIPPED;
import static dev.runnel.run.StepState.SUCCESSFUL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepStateTest {
    private static final Map<StepState, Set<StepState>> LEGAL =
            Map.of(
                    PENDING,
                    EnumSet.of(IN_PROGRESS, FAILED, ABORTED, SKIPPED),
                    IN_PROGRESS,
                    EnumSet.of(SUCCESSFUL, FAILED, ABORTED),
                    // a new attempt, or none any more
                    FAILED,
                    EnumSet.of(IN_PROGRESS, ABORTED));

    @ParameterizedTest
    @EnumSource
    void onlyLegalMovesAreMade(StepState from) {
        Set<StepState> legal = LEGAL.getOrDefault(from, Set.of());
        for (StepState target : StepState.values()) {
            if (legal.contains(target)) {
                assertThat(from.moveTo(target)).isEqualTo(target);
            } else {
                assertThatThrownBy(() -> from.moveTo(target))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(from + " to " + target);
            }
        }
    }

    @Test
    void aFailedStepIsFinalThoughItMayBeTriedAgain() {
        assertThat(EnumSet.allOf(StepState.class).stream().filter(StepState::isFinal))
                .containsExactly(SUCCESSFUL, FAILED, ABORTED, SKIPPED);
    }
}
