package dev.runnel.run;

import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunRequest.Rerun;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.function.UnaryOperator;

/// A run as it stands: the fold over its events.
///
/// @param revision full commit id, once the repository is cloned and its pipeline file read
/// @param pushed full id of the commit that the branch is at since a step's result was pushed, by
///   this run or by the one whose steps it kept
/// @param pipeline name of the pipeline, once the file is read
/// @param steps empty until the file is read
/// @param events how many events the log holds; the sequence number of the last one
/// @param ended whether the `end` event was recorded, after which nothing follows
public record Run(
        RunId id,
        RunRequest request,
        RunState state,
        Optional<Reason> reason,
        Optional<String> message,
        Optional<String> revision,
        Optional<String> pushed,
        Optional<String> pipeline,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        List<StepRun> steps,
        long events,
        boolean ended) {
    public Run {
        steps = StepList.of(steps);
    }

    /// A run that was just accepted; its log is empty.
    public static Run requested(RunId id, RunRequest request, Instant at) {
        return new Run(
                id,
                request,
                RunState.PENDING,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                at,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                0,
                false);
    }

    /// The step with this number.
    ///
    /// @throws IndexOutOfBoundsException when the run has no such step
    public StepRun step(int number) {
        return steps.get(number - 1);
    }

    /// The run after one more event.
    ///
    /// @throws IllegalStateException when the event is not the next one or its move is not legal
    public Run after(RecordedEvent recorded) {
        if (ended) {
            throw new IllegalStateException("run " + id + " has ended; nothing follows");
        }
        if (recorded.seq() != events + 1) {
            throw new IllegalStateException(
                    "run " + id + " has " + events + " events; " + recorded.seq() + " is not next");
        }
        Run counted = withSteps(steps, recorded.seq());
        Instant at = recorded.at();
        return switch (recorded.event()) {
            case RunStateChanged change -> counted.moved(change, at);
            case PipelineRead read -> counted.planned(read);
            case StepStateChanged change ->
                    counted.withStep(change.step(), step -> step.after(change, at));
            case StepKept kept ->
                    counted.withStep(kept.step(), step -> step.kept(kept.from(), at))
                            .withPushed(request.rerun().flatMap(Rerun::pushed));
            case ResultPushed result -> counted.withPushed(Optional.of(result.revision()));
            case CommandStarted started ->
                    counted.withStep(
                            started.step(),
                            step ->
                                    step.withCommand(
                                            started.command(), command -> command.started(at)));
            case CommandFinished finished ->
                    counted.withStep(
                            finished.step(),
                            step ->
                                    step.withCommand(
                                            finished.command(),
                                            command -> command.finished(finished.exitCode(), at)));
            case StepWaits waits ->
                    counted.withStep(waits.step(), step -> step.waiting(waits.waitsFor()));
            case StepOutputs outputs ->
                    counted.withStep(outputs.step(), step -> step.giving(outputs.values()));
            case StepExpanded expanded -> counted.expanded(expanded);
            case StepApproved approved -> counted.withStep(approved.step(), StepRun::approvedOf);
            case OutputWritten _, ProgressMade _, ProblemFound _ -> counted;
            case RunEnded _ -> counted.closed();
        };
    }

    private Run moved(RunStateChanged change, Instant at) {
        // the first event of a log says PENDING, the state in which a run is born
        RunState next =
                events == 1 && change.state() == state ? state : state.moveTo(change.state());
        return new Run(
                id,
                request,
                next,
                change.reason(),
                change.message(),
                revision,
                pushed,
                pipeline,
                createdAt,
                next == RunState.IN_PROGRESS ? Optional.of(at) : startedAt,
                next.isFinal() ? Optional.of(at) : Optional.empty(),
                steps,
                events,
                ended);
    }

    private Run planned(PipelineRead read) {
        List<StepRun> planned = new ArrayList<>();
        for (Step step : read.pipeline().steps()) {
            planned.add(StepRun.pending(step, read::shown));
        }
        return new Run(
                id,
                request,
                state,
                reason,
                message,
                Optional.of(read.revision()),
                pushed,
                Optional.of(read.shown(read.pipeline().name())),
                createdAt,
                startedAt,
                finishedAt,
                planned,
                events,
                ended);
    }

    private Run expanded(StepExpanded event) {
        List<StepRun> more = new ArrayList<>(steps);
        for (StepExpanded.Part part : event.parts()) {
            if (part.step() != more.size() + 1) {
                throw new IllegalStateException(
                        "run %s has %d steps; %d is not the next"
                                .formatted(id, more.size(), part.step()));
            }
            more.add(step(event.step()).part(part, more.size() - steps.size(), event.commands()));
        }
        return withSteps(more, events);
    }

    private Run withStep(int number, UnaryOperator<StepRun> change) {
        StepList changed = StepList.of(steps).with(number - 1, change.apply(step(number)));
        return withSteps(changed, events);
    }

    /// The same run, its request with other values of its secrets.
    public Run withSecrets(Map<String, String> secrets) {
        return new Run(
                id,
                request.withSecrets(secrets),
                state,
                reason,
                message,
                revision,
                pushed,
                pipeline,
                createdAt,
                startedAt,
                finishedAt,
                steps,
                events,
                ended);
    }

    private Run withSteps(List<StepRun> newSteps, long newEvents) {
        return new Run(
                id,
                request,
                state,
                reason,
                message,
                revision,
                pushed,
                pipeline,
                createdAt,
                startedAt,
                finishedAt,
                newSteps,
                newEvents,
                ended);
    }

    private Run withPushed(Optional<String> newPushed) {
        return new Run(
                id,
                request,
                state,
                reason,
                message,
                revision,
                newPushed,
                pipeline,
                createdAt,
                startedAt,
                finishedAt,
                steps,
                events,
                ended);
    }

    private Run closed() {
        return new Run(
                id,
                request,
                state,
                reason,
                message,
                revision,
                pushed,
                pipeline,
                createdAt,
                startedAt,
                finishedAt,
                steps,
                events,
                true);
    }

    /// The steps of a run, immutable. A list with one step changed shares nearly everything with
    /// the one before, so that a run of many steps does not copy them all for each of its events.
    private static final class StepList extends AbstractList<StepRun> implements RandomAccess {
        private static final int BLOCK = 64;

        private final List<List<StepRun>> blocks;
        private final int size;

        private StepList(List<List<StepRun>> blocks, int size) {
            this.blocks = blocks;
            this.size = size;
        }

        static StepList of(Collection<StepRun> steps) {
            if (steps instanceof StepList list) {
                return list;
            }
            List<StepRun> all = List.copyOf(steps);
            List<List<StepRun>> blocks = new ArrayList<>();
            for (int from = 0; from < all.size(); from += BLOCK) {
                blocks.add(List.copyOf(all.subList(from, Math.min(from + BLOCK, all.size()))));
            }
            return new StepList(List.copyOf(blocks), all.size());
        }

        /// The same list but for one step.
        StepList with(int index, StepRun step) {
            Objects.checkIndex(index, size);
            return new StepList(
                    replaced(
                            blocks,
                            index / BLOCK,
                            replaced(blocks.get(index / BLOCK), index % BLOCK, step)),
                    size);
        }

        private static <T> List<T> replaced(List<T> list, int index, T value) {
            List<T> changed = new ArrayList<>(list);
            changed.set(index, value);
            return List.copyOf(changed);
        }

        @Override
        public StepRun get(int index) {
            Objects.checkIndex(index, size);
            return blocks.get(index / BLOCK).get(index % BLOCK);
        }

        @Override
        public int size() {
            return size;
        }
    }
}
