package dev.runnel.schedule;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/// Decides which steps of one run may go on. Told what became of steps, it says which are due to be
/// decided upon, and of those that are ready, which one goes first: the one with the most steps
/// still to come behind it, one after the other. All together takes time in proportion to the steps
/// and their needs. For one thread.
public final class Schedule {
    private final List<Step> steps;
    private final List<List<Integer>> dependents = new ArrayList<>();
    // all that are under way, and those that were and will be again
    private final Set<Integer> begun = new HashSet<>();
    private final int[] awaited;
    private int[] remaining;
    private Stage[] stages;
    // by the step that became several, and by each of its parts
    private final Map<Integer, Fan> fans = new HashMap<>();
    private final Map<Integer, Fan> fanOf = new HashMap<>();
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

        /// It became several, and all of them are over.
        record Whole(Step step) implements Due {}
    }

    /// The parts of a step that became several.
    private static final class Fan {
        private final int whole;
        private final List<Integer> parts;
        private final int places;
        private final Set<Integer> placed = new HashSet<>();
        private final TreeSet<Integer> held = new TreeSet<>();
        private int left;

        Fan(int whole, List<Integer> parts, int places) {
            this.whole = whole;
            this.parts = parts;
            this.places = places;
            this.left = parts.size();
        }

        /// Whether a part may start as far as its siblings go; if not, it is kept for later.
        boolean admits(int part) {
            if (placed.contains(part) || placed.size() < places) {
                placed.add(part);
                return true;
            }
            held.add(part);
            return false;
        }

        /// The part that may start in place of one that does not run any more.
        Optional<Integer> after(int part) {
            held.remove(part);
            if (!placed.remove(part) || held.isEmpty()) {
                return Optional.empty();
            }
            int next = held.removeFirst();
            placed.add(next);
            return Optional.of(next);
        }
    }

    /// Nothing has happened yet.
    public Schedule(Pipeline pipeline) {
        this.steps = new ArrayList<>(pipeline.steps());
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
                        case Due.Whole(Step whole) -> whole;
                    };
            if (next instanceof Due.Whole && stages[step.number()] == Stage.STARTED) {
                return Optional.of(next);
            }
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
        makeRoom(step);
    }

    /// The step may start, for the first time or again, as soon as there is a place.
    public void ready(int step) {
        if (stages[step] != Stage.OVER) {
            stages[step] = Stage.READY;
            if (!fanOf.containsKey(step) || fan(step).admits(step)) {
                ready.add(step);
            }
        }
    }

    private Fan fan(int part) {
        return Objects.requireNonNull(fanOf.get(part));
    }

    /// A part runs no more, for now or for good.
    private void makeRoom(int step) {
        if (fanOf.containsKey(step)) {
            fan(step).after(step).ifPresent(ready::add);
        }
    }

    /// A step is under way that became several. These are due at once.
    ///
    /// @param parts numbered behind all steps so far
    /// @param places how many of them may run at a time
    public void expanded(int step, List<Step> parts, int places) {
        int size = steps.size() + parts.size() + 1;
        int behind = remaining[step];
        remaining = Arrays.copyOf(remaining, size);
        stages = Arrays.copyOf(stages, size);
        Fan fan = new Fan(step, parts.stream().map(Step::number).toList(), places);
        fans.put(step, fan);
        ready.remove(step);
        stages[step] = Stage.STARTED;
        begun.add(step);
        for (Step part : parts) {
            steps.add(part);
            dependents.add(List.of());
            remaining[part.number()] = behind;
            fanOf.put(part.number(), fan);
            becomesDue(part.number());
        }
        if (parts.isEmpty()) {
            due.add(new Due.Whole(step(step)));
        }
    }

    /// Numbers of the steps that a step became; none when it is one.
    public List<Integer> parts(int step) {
        return fans.containsKey(step) ? Objects.requireNonNull(fans.get(step)).parts : List.of();
    }

    private Step step(int number) {
        return steps.get(number - 1);
    }

    /// Which of the steps that are ready goes first.
    public Optional<Step> first() {
        return ready.isEmpty() ? Optional.empty() : Optional.of(step(ready.first()));
    }

    /// Which step goes first, as far as can be seen, of those that wait for nothing but steps that
    /// are under way.
    public Optional<Step> next() {
        return begun.stream()
                .flatMap(step -> dependents.get(step).stream())
                .filter(step -> stages[step] == Stage.NEEDING)
                .map(this::step)
                .filter(step -> step.flow().needs().stream().allMatch(this::isStartedOrOver))
                .min(
                        Comparator.comparingInt((Step step) -> -remaining[step.number()])
                                .thenComparingInt(Step::number));
    }

    private boolean isStartedOrOver(int step) {
        return stages[step] == Stage.STARTED || stages[step] == Stage.OVER;
    }

    /// The step is under way.
    public void started(int step) {
        ready.remove(step);
        stages[step] = Stage.STARTED;
        begun.add(step);
        if (fanOf.containsKey(step)) {
            fan(step).placed.add(step);
        }
    }

    /// The step is over.
    ///
    /// @param letsOthersGoOn whether those that need it may run
    public void over(int step, boolean letsOthersGoOn) {
        if (stages[step] == Stage.OVER) {
            return;
        }
        ready.remove(step);
        begun.remove(step);
        stages[step] = Stage.OVER;
        over++;
        makeRoom(step);
        if (fanOf.containsKey(step) && --fan(step).left == 0) {
            due.add(new Due.Whole(step(fan(step).whole)));
        }
        for (int dependent : dependents.get(step)) {
            awaited[dependent]--;
            if (stages[dependent] != Stage.NEEDING) {
                continue;
            }
            if (!letsOthersGoOn && !step(dependent).flow().always()) {
                stages[dependent] = Stage.DUE;
                due.add(new Due.Blocked(step(dependent), step(step)));
            } else if (awaited[dependent] == 0) {
                becomesDue(dependent);
            }
        }
    }

    private void becomesDue(int step) {
        stages[step] = Stage.DUE;
        due.add(new Due.MayRun(step(step)));
    }

    public boolean isOver(int step) {
        return stages[step] == Stage.OVER;
    }

    public boolean isUnderWay(int step) {
        return stages[step] == Stage.STARTED;
    }

    /// Whether every step is over.
    public boolean isDone() {
        return over == steps.size();
    }
}
