package dev.runnel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final Image IMAGE = new Image("alpine");

    @Test
    void plainStepsFollowEachOther() {
        Pipeline pipeline =
                new Pipeline(
                        "default",
                        "/work",
                        List.of(
                                new Step(1, "a", IMAGE, List.of("true"), false),
                                new Step(2, "b", IMAGE, List.of("true"), false)));
        assertThat(pipeline.step(1).flow().needs()).isEmpty();
        assertThat(pipeline.step(2).flow().needs()).containsExactly(1);
    }

    @Test
    void aStepMayNeedALaterOneAndComesAfterItInOrder() {
        assertThat(pipeline(List.of(List.of(3), List.of(), List.of(2))).inOrder())
                .extracting(Step::number)
                .containsExactly(2, 3, 1);
    }

    @Test
    void stepsThatNeedEachOtherInACircleAreNoPipeline() {
        assertThatThrownBy(() -> pipeline(List.of(List.of(3), List.of(1), List.of(2))))
                .hasMessageContaining("circle");
        assertThatThrownBy(() -> pipeline(List.of(List.of(1)))).hasMessageContaining("circle");
    }

    @Test
    void aNeedThatNoStepHasIsRefused() {
        assertThatThrownBy(() -> pipeline(List.of(List.of(2)))).hasMessageContaining("[2]");
        assertThatThrownBy(() -> pipeline(List.of(List.of(0)))).hasMessageContaining("[0]");
    }

    @Test
    void tenThousandStepsInALineAreOrderedWithoutRecursion() {
        List<List<Integer>> needs = new ArrayList<>();
        needs.add(List.of());
        IntStream.range(1, 10_000).forEach(number -> needs.add(List.of(number)));
        assertThat(pipeline(needs).inOrder()).hasSize(10_000);
    }

    @Test
    void theDelayOfARetryGrowsByItsFactorUpToAnHour() {
        Attempts.Retry retry = new Attempts.Retry(9, Duration.ofSeconds(2), 3, Set.of());
        assertThat(retry.delayAfter(1)).isEqualTo(Duration.ofSeconds(2));
        assertThat(retry.delayAfter(3)).isEqualTo(Duration.ofSeconds(18));
        assertThat(retry.delayAfter(900)).isEqualTo(Duration.ofHours(1));
    }

    private static Pipeline pipeline(List<List<Integer>> needs) {
        List<Step> steps = new ArrayList<>();
        for (List<Integer> each : needs) {
            steps.add(
                    new Step(
                            steps.size() + 1,
                            "step",
                            IMAGE,
                            List.of("true"),
                            false,
                            Flow.after(each),
                            Attempts.ONCE,
                            Setting.DEFAULT,
                            List.of(),
                            Storage.NONE,
                            Exchange.NONE));
        }
        return new Pipeline("default", "/work", steps);
    }
}
