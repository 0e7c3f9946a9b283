package dev.runnel.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.Executor;
import dev.runnel.executor.Outside;
import dev.runnel.executor.PlaceContract;
import dev.runnel.executor.Places;
import dev.runnel.executor.RecordingListener;
import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessPlaceContractTest extends PlaceContract {
    private static final ProcessExecutor EXECUTOR = ContractPlace.executor();

    @Override
    protected Executor executor() {
        return EXECUTOR;
    }

    @Override
    protected StepSpec bash(StepSpec spec) {
        return spec;
    }

    @Override
    protected Outside outside() {
        return ContractPlace.OUTSIDE;
    }

    @Test
    void whatOnlyAContainerCanHaveIsRefused() throws Exception {
        Sidecar sidecar =
                new Sidecar(
                        "db",
                        new Image("alpine"),
                        Map.of(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Duration.ofSeconds(1));
        Map<StepSpec, String> steps =
                Map.of(
                        Places.in(spec("true"), Places.user("nobody")), "nobody",
                        Places.in(spec("true"), Places.network("none")), "none",
                        Places.in(spec("true"), Places.job(List.of(), "x")), "command",
                        Places.beside(spec("true"), sidecar), "services");
        for (Map.Entry<StepSpec, String> step : steps.entrySet()) {
            assertThat(end(start(step.getKey(), new RecordingListener())))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.reason()).isEqualTo(Reason.NOT_POSSIBLE);
                                assertThat(refused.message())
                                        .contains(step.getValue(), "runnel.executor");
                            });
        }
    }

    @Test
    void limitsThatNobodyHoldsAStepToAreToldOf() throws Exception {
        Resources resources =
                new Resources(
                        OptionalLong.of(1 << 30), OptionalDouble.empty(), OptionalInt.empty());
        Outcome outcome = run(Places.in(spec("true"), Places.resources(resources)));
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.heard().preparations())
                .singleElement()
                .asString()
                .contains("nothing bounds");
    }
}
