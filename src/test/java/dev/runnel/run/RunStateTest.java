package dev.runnel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunStateTest {
    private static final Map<RunState, Set<RunState>> LEGAL =
            Map.of(
                    RunState.PENDING,
                    EnumSet.of(RunState.IN_PROGRESS, RunState.FAILED, RunState.ABORTED),
                    RunState.IN_PROGRESS,
                    EnumSet.of(RunState.SUCCESSFUL, RunState.FAILED, RunState.ABORTED),
                    RunState.SUCCESSFUL,
                    Set.of(),
                    RunState.FAILED,
                    Set.of(),
                    RunState.ABORTED,
                    Set.of());

    @ParameterizedTest
    @EnumSource
    void onlyLegalMovesAreMade(RunState from) {
        Set<RunState> legal = LEGAL.getOrDefault(from, Set.of());
        for (RunState target : RunState.values()) {
            if (legal.contains(target)) {
                assertThat(from.moveTo(target)).isEqualTo(target);
            } else {
                assertThatThrownBy(() -> from.moveTo(target))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(from + " to " + target);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStateIsFinalWhenNoMoveLeadsOn(RunState state) {
        assertThat(state.isFinal()).isEqualTo(LEGAL.getOrDefault(state, Set.of()).isEmpty());
    }
}
