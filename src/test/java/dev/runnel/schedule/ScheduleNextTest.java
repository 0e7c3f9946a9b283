package dev.runnel.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which step is seen coming while others are under way.
class ScheduleNextTest {

    @Test
    void ofAChainItIsTheOneBehindTheStepThatIsUnderWay() {
        Schedule schedule = schedule(step(1), step(2, 1), step(3, 2));
        assertThat(next(schedule)).isEmpty();
        start(schedule, 1);
        assertThat(next(schedule)).contains(2);
        schedule.over(1, true);
        // that one is due by now
        assertThat(next(schedule)).isEmpty();
        start(schedule, 2);
        assertThat(next(schedule)).contains(3);
        start(schedule, 3);
        assertThat(next(schedule)).isEmpty();
    }

    @Test
    void ofAFanItIsTheOneWithMostStepsBehindIt() {
        Schedule schedule = schedule(step(1), step(2, 1), step(3, 1), step(4, 1), step(5, 3));
        start(schedule, 1);
        assertThat(next(schedule)).contains(3);
    }

    @Test
    void amongEqualsItIsTheFirst() {
        Schedule schedule = schedule(step(1), step(2, 1), step(3, 1));
        start(schedule, 1);
        assertThat(next(schedule)).contains(2);
    }

    @Test
    void ofADiamondTheLastIsSeenOnlyWhenAllItNeedsHaveBegun() {
        Schedule schedule = schedule(step(1), step(2, 1), step(3, 1), step(4, 2, 3));
        start(schedule, 1);
        schedule.over(1, true);
        start(schedule, 2);
        assertThat(next(schedule)).as("while 3 has not begun").isEmpty();
        schedule.over(2, true);
        assertThat(next(schedule)).as("while 3 has not begun, and 2 is over").isEmpty();
        start(schedule, 3);
        assertThat(next(schedule)).as("while 3 is under way, and 2 is over").contains(4);
    }

    @Test
    void ofADiamondWhoseArmsAreBothUnderWayItIsTheLast() {
        Schedule schedule = schedule(step(1), step(2, 1), step(3, 1), step(4, 2, 3));
        start(schedule, 1);
        schedule.over(1, true);
        start(schedule, 2);
        start(schedule, 3);
        assertThat(next(schedule)).contains(4);
    }

    @Test
    void nothingIsSeenBehindAStepThatWaitsToBeginAgain() {
        Schedule schedule = schedule(step(1), step(2, 1));
        start(schedule, 1);
        schedule.asked(1);
        assertThat(next(schedule)).isEmpty();
        schedule.ready(1);
        assertThat(next(schedule)).isEmpty();
        start(schedule, 1);
        assertThat(next(schedule)).contains(2);
    }

    @Test
    void nothingIsSeenBehindAStepThatFailed() {
        Schedule schedule = schedule(step(1), step(2), step(3, 1, 2));
        start(schedule, 1);
        start(schedule, 2);
        assertThat(next(schedule)).contains(3);
        schedule.over(1, false);
        assertThat(next(schedule)).isEmpty();
    }

    @Test
    void theStepBehindOneThatBecameSeveralIsSeen() {
        Schedule schedule = schedule(step(1), step(2, 1));
        assertThat(schedule.nextDue()).isPresent();
        schedule.expanded(1, List.of(step(3), step(4)), 2);
        assertThat(next(schedule)).contains(2);
    }

    @Test
    void itIsFoundAmongThoseBehindStepsThatHaveBegunAlone() {
        Schedule schedule = schedule(step(1), step(2), step(3, 2), step(4, 3), step(5, 1));
        start(schedule, 1);
        // 3 has more behind it, but nobody knows when 2 begins
        assertThat(next(schedule)).contains(5);
    }

    private static void start(Schedule schedule, int step) {
        while (schedule.nextDue().isPresent()) {
            // each one may run
        }
        schedule.ready(step);
        schedule.started(step);
    }

    private static Optional<Integer> next(Schedule schedule) {
        return schedule.next().map(Step::number);
    }

    private static Schedule schedule(Step... steps) {
        return new Schedule(new Pipeline("p", "/w", List.of(steps)));
    }

    private static Step step(int number, Integer... needs) {
        return new Step(
                number,
                "step " + number,
                new Image("alpine"),
                List.of("true"),
                false,
                Flow.after(List.of(needs)),
                Attempts.ONCE,
                Setting.DEFAULT,
                List.of(),
                Storage.NONE);
    }
}
