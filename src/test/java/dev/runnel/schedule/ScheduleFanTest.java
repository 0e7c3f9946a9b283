package dev.runnel.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import dev.runnel.schedule.Schedule.Due;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a step that becomes several does to the order of steps.
class ScheduleFanTest {
    private final Schedule schedule =
            new Schedule(
                    new Pipeline("p", "/w", List.of(step(1), step(2, 1), step(3, 2), step(4, 1))));

    @Test
    void partsAreDueAtOnceAndOnlySoManyAreReady() {
        expand(2);
        assertThat(due()).containsExactly("may 4", "may 5", "may 6", "may 7");
        ready(5, 6, 7);
        assertThat(starting()).containsExactly(5, 6);
        schedule.over(6, true);
        assertThat(starting()).containsExactly(7);
    }

    @Test
    void aPartThatWaitsForAnotherAttemptMakesRoom() {
        expand(1);
        due();
        ready(5, 6, 7);
        assertThat(starting()).containsExactly(5);
        schedule.asked(5);
        assertThat(starting()).containsExactly(6);
        schedule.ready(5);
        assertThat(starting()).isEmpty();
        schedule.over(6, false);
        // the first of those that wait goes first
        assertThat(starting()).containsExactly(5);
    }

    @Test
    void aPartThatEndsBeforeItStartsHoldsNobodyUp() {
        expand(1);
        due();
        ready(5, 6, 7);
        schedule.over(6, false);
        assertThat(starting()).containsExactly(5);
        schedule.over(5, true);
        assertThat(starting()).containsExactly(7);
    }

    @Test
    void theWholeIsDueWhenAllPartsAreOverAndOthersWaitForItAlone() {
        expand(3);
        due();
        for (int part = 5; part <= 7; part++) {
            assertThat(due()).isEmpty();
            schedule.started(part);
            schedule.over(part, part != 6);
        }
        assertThat(due()).containsExactly("whole 2");
        schedule.over(2, true);
        assertThat(due()).containsExactly("may 3");
        schedule.over(3, true);
        assertThat(schedule.isDone()).isFalse();
        schedule.over(4, true);
        assertThat(schedule.isDone()).isTrue();
    }

    @Test
    void ofNothingTheWholeIsDueAtOnce() {
        first();
        schedule.expanded(2, List.of(), 1);
        assertThat(due()).containsExactly("may 4", "whole 2");
    }

    @Test
    void partsGoAsTheWholeWouldHave() {
        expand(3);
        due();
        ready(4, 5, 6, 7);
        // a step waits for the whole, and none for 4
        assertThat(starting()).containsExactly(5, 6, 7, 4);
    }

    private void first() {
        assertThat(due()).containsExactly("may 1");
        schedule.over(1, true);
        assertThat(schedule.nextDue()).contains(new Due.MayRun(step(2, 1)));
    }

    private void expand(int places) {
        first();
        schedule.expanded(2, List.of(step(5, 1), step(6, 1), step(7, 1)), places);
        assertThat(schedule.isUnderWay(2)).isTrue();
    }

    private void ready(int... steps) {
        for (int step : steps) {
            schedule.ready(step);
        }
    }

    private List<Integer> starting() {
        List<Integer> started = new ArrayList<>();
        for (Optional<Step> first = schedule.first(); first.isPresent(); first = schedule.first()) {
            started.add(first.get().number());
            schedule.started(first.get().number());
        }
        return started;
    }

    private List<String> due() {
        List<String> due = new ArrayList<>();
        for (Optional<Due> next = schedule.nextDue(); next.isPresent(); next = schedule.nextDue()) {
            due.add(
                    switch (next.get()) {
                        case Due.MayRun(Step step) -> "may " + step.number();
                        case Due.Blocked(Step step, Step _) -> "blocked " + step.number();
                        case Due.Whole(Step step) -> "whole " + step.number();
                    });
        }
        return due;
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
