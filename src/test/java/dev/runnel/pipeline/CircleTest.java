package dev.runnel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CircleTest {

    @Test
    void stepsWithoutCircleHaveNone() {
        assertThat(Circle.find(List.of())).isEmpty();
        assertThat(Circle.find(List.of(List.of(2, 3), List.of(3), List.of()))).isEmpty();
    }

    @Test
    void circleIsFoundWithoutTheWayToIt() {
        // 1 waits for 2, which is on the circle 2 → 4 → 3; 5 can run
        assertThat(
                        Circle.find(
                                List.of(
                                        List.of(2, 5),
                                        List.of(5, 4),
                                        List.of(2),
                                        List.of(3),
                                        List.of())))
                .containsExactly(2, 4, 3);
    }

    @Test
    void stepThatNeedsItselfIsACircle() {
        assertThat(Circle.find(List.of(List.of(1)))).containsExactly(1);
    }
}
