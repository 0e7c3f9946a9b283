package dev.runnel.driver;

import dev.runnel.attempt.StepOutcome;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.masking.MaskedEvent;
import dev.runnel.masking.RunSecrets;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import dev.runnel.schedule.RunOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Says in a run's journal what becomes of the run and its steps.
final class RunRecorder {
    private final RunJournal journal;
    private volatile UnaryOperator<RunEvent> mask = UnaryOperator.identity();

    RunRecorder(RunJournal journal) {
        this.journal = journal;
    }

    /// Masks these from here on in everything that is said.
    void mask(RunSecrets secrets) {
        mask = event -> MaskedEvent.of(event, secrets);
    }

    Run run() {
        return journal.run();
    }

    void write(RunEvent event) {
        journal.write(mask.apply(event));
    }

    /// Writes events so that they are stored together or not at all.
    void writeTogether(List<RunEvent> events) {
        journal.writeTogether(events.stream().map(mask).toList());
    }

    void flush() throws InterruptedException {
        journal.flush();
    }

    long fence() {
        return journal.fence();
    }

    /// @throws dev.runnel.eventlog.JournalClosed when the run is driven elsewhere now
    void checkHeld() throws InterruptedException {
        if (!journal.holds()) {
            journal.flush();
        }
    }

    void progress(Activity activity, int step, String message) {
        write(
                new ProgressMade(
                        activity, step, message, OptionalLong.empty(), OptionalLong.empty()));
    }

    void startStep(int number, String name, int attempt) {
        write(
                new StepStateChanged(
                        number,
                        name,
                        attempt,
                        StepState.IN_PROGRESS,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    /// Says that a step is under way as several.
    void expandStep(StepExpanded expanded) {
        writeTogether(
                List.of(
                        new StepStateChanged(
                                expanded.step(),
                                expanded.name(),
                                1,
                                StepState.IN_PROGRESS,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        expanded));
    }

    void moveStep(int number, StepOutcome outcome) {
        StepRun step = run().step(number);
        if (outcome.outputs().isEmpty()) {
            write(moved(step, outcome));
        } else {
            writeTogether(
                    List.of(
                            new StepOutputs(number, step.name(), outcome.outputs()),
                            moved(step, outcome)));
        }
    }

    private static StepStateChanged moved(StepRun step, StepOutcome outcome) {
        return new StepStateChanged(
                step.number(),
                step.name(),
                step.attempt(),
                outcome.state(),
                outcome.reason(),
                outcome.exitCode(),
                outcome.message());
    }

    /// Says that an attempt failed and that there will be another one.
    ///
    /// @param until when
    void retryStep(int number, StepOutcome outcome, Instant until) {
        StepRun step = run().step(number);
        writeTogether(
                List.of(
                        moved(step, outcome),
                        new StepWaits(number, step.name(), new StepWait.ForRetry(until))));
    }

    /// Ends the run as the ends of its steps say.
    void end(RunOutcome outcome) {
        Optional<String> message =
                outcome.because()
                        .map(step ->
                                "step %d (%s): %s"
                                        .formatted(
                                                step.number(),
                                                step.name(),
                                                step.message().orElse("did not succeed")));
        end(outcome.state(), outcome.because().flatMap(StepRun::reason), message);
    }

    /// Ends the run, and with it what is under way, because of a fault outside its steps.
    void fail(Reason reason, String message) {
        run().steps().stream()
                .filter(step -> step.state() == StepState.IN_PROGRESS)
                .forEach(step -> moveStep(step.number(), StepOutcome.failed(reason, message)));
        end(RunState.FAILED, Optional.of(reason), Optional.of(message));
    }

    void abort(Reason why) {
        end(RunState.ABORTED, Optional.of(why), Optional.of(StepOutcome.sentence(why)));
    }

    /// How a step ends that was not started because its run ended before.
    static StepOutcome notStarted(Reason why) {
        return StepOutcome.aborted(why, "not started because the run ended before");
    }

    /// Writes the last event, if it is not there yet.
    void close() {
        if (!run().ended()) {
            write(new RunEnded(run().state(), run().events() + 1));
        }
    }

    private void end(RunState state, Optional<Reason> reason, Optional<String> message) {
        if (run().ended()) {
            return;
        }
        if (!run().state().isFinal()) {
            StepOutcome notStarted =
                    notStarted(
                            state == RunState.ABORTED
                                    ? reason.orElse(Reason.CANCELLED)
                                    : Reason.EARLIER_STEP);
            run().steps().stream()
                    .filter(step -> !step.isOver())
                    .forEach(step -> moveStep(step.number(), notStarted));
            write(new RunStateChanged(state, reason, message));
        }
        close();
    }
}
