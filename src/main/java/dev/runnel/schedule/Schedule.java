package dev.runnel.schedule;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeSet;

/// Decides which steps of one run may go on. Told what became of steps, it says which are due to be
/// decided upon, and of those that are ready, which one goes first: the one with the most steps
/// still to come behind it, one after the other. All together takes time in proportion to the steps
/// and their needs. For one thread.
public final class Schedule {
    private final Pipeline pipeline;
    private final List<List<Integer>> dependents = new ArrayList<>();
    private final int[] awaited;
    private final int[] remaining;
    private final Stage[] stages;
    private final Queue<Due> due = new ArrayDeque<>();
    private final NavigableSet<Integer> ready;
    private int over;

    private enum Stage {
        /// Steps that it needs are not over.
        NEEDING,
        /// It is in the queue of those to be decided upon.
        DUE,
        /// It was given out, and whoever got it has not said what becomes of it.
        ASKED,
        READY,
        STARTED,
        OVER
    }

    /// A step that is to be decided upon.
    public sealed interface Due {
        /// All steps that it needs are over, and it may run.
        record MayRun(Step step) implements Due {}

        /// It never runs.
        ///
        /// @param by the step that it needs and that did not succeed
        record Blocked(Step step, Step by) implements Due {}
    }

    /// Nothing has happened yet.
    public Schedule(Pipeline pipeline) {
        this.pipeline = pipeline;
        int size = pipeline.steps().size() + 1;
        this.awaited = new int[size];
        this.remaining = new int[size];
        this.stages = new Stage[size];
        Arrays.fill(stages, Stage.NEEDING);
        for (int number = 0; number < size; number++) {
            dependents.add(new ArrayList<>());
        }
        for (Step step : pipeline.steps()) {
            awaited[step.number()] = step.flow().needs().size();
            step.flow().needs().forEach(need -> dependents.get(need).add(step.number()));
        }
        for (Step step : pipeline.inOrder().reversed()) {
            int behind = 0;
            for (int next : dependents.get(step.number())) {
                behind = Math.max(behind, remaining[next]);
            }
            remaining[step.number()] = behind + 1;
        }
        this.ready =
                new TreeSet<>(
                        Comparator.comparingInt((Integer number) -> -remaining[number])
                                .thenComparingInt(number -> number));
        for (Step step : pipeline.steps()) {
            if (awaited[step.number()] == 0) {
                becomesDue(step.number());
            }
        }
    }

    /// The next step to be decided upon; each is given out once, and one that is over by then not
    /// at all. `ready`, `started` or `over` says what came of it.
    public Optional<Due> nextDue() {
        while (!due.isEmpty()) {
            Due next = due.remove();
            Step step =
                    switch (next) {
                        case Due.MayRun(Step may) -> may;
                        case Due.Blocked(Step blocked, Step _) -> blocked;
                    };
            if (stages[step.number()] == Stage.DUE) {
                stages[step.number()] = Stage.ASKED;
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /// The step waits for something else than other steps.
    public void asked(int step) {
        stages[step] = Stage.ASKED;
    }

    /// The step may start, for the first time or again, as soon as there is a place.
    public void ready(int step) {
        if (stages[step] != Stage.OVER) {
            stages[step] = Stage.READY;
            ready.add(step);
        }
    }

    /// Which of the steps that are ready goes first.
    public Optional<Step> first() {
        return ready.isEmpty() ? Optional.empty() : Optional.of(pipeline.step(ready.first()));
    }

    /// Which step goes first, as far as can be seen, of those that wait for nothing but steps that
    /// are under way.
    public Optional<Step> next() {
        return pipeline.steps().stream()
                .filter(step -> stages[step.number()] == Stage.NEEDING)
                .filter(step -> step.flow().needs().stream().allMatch(this::isStartedOrOver))
                .min(Comparator.comparingInt(step -> -remaining[step.number()]));
    }

    private boolean isStartedOrOver(int step) {
        return stages[step] == Stage.STARTED || stages[step] == Stage.OVER;
    }

    /// The step is under way.
    public void started(int step) {
        ready.remove(step);
        stages[step] = Stage.STARTED;
    }

    /// The step is over.
    ///
    /// @param letsOthersGoOn whether those that need it may run
    public void over(int step, boolean letsOthersGoOn) {
        if (stages[step] == Stage.OVER) {
            return;
        }
        ready.remove(step);
        stages[step] = Stage.OVER;
        over++;
        for (int dependent : dependents.get(step)) {
            awaited[dependent]--;
            if (stages[dependent] != Stage.NEEDING) {
                continue;
            }
            if (!letsOthersGoOn && !pipeline.step(dependent).flow().always()) {
                stages[dependent] = Stage.DUE;
                due.add(new Due.Blocked(pipeline.step(dependent), pipeline.step(step)));
            } else if (awaited[dependent] == 0) {
                becomesDue(dependent);
            }
        }
    }

    private void becomesDue(int step) {
        stages[step] = Stage.DUE;
        due.add(new Due.MayRun(pipeline.step(step)));
    }

    public boolean isOver(int step) {
        return stages[step] == Stage.OVER;
    }

    public boolean isUnderWay(int step) {
        return stages[step] == Stage.STARTED;
    }

    /// Whether every step is over.
    public boolean isDone() {
        return over == pipeline.steps().size();
    }
}
