package dev.runnel.driver;

import dev.runnel.eventlog.RunJournal;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Says in a run's journal what becomes of the run and its steps.
final class RunRecorder {
    private final RunJournal journal;

    RunRecorder(RunJournal journal) {
        this.journal = journal;
    }

    Run run() {
        return journal.run();
    }

    void write(RunEvent event) {
        journal.write(event);
    }

    /// Writes events so that they are stored together or not at all.
    void writeTogether(List<RunEvent> events) {
        journal.writeTogether(events);
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

    void moveStep(int number, StepOutcome outcome) {
        StepRun step = run().step(number);
        write(
                new StepStateChanged(
                        number,
                        step.name(),
                        step.attempt(),
                        outcome.state(),
                        outcome.reason(),
                        outcome.exitCode(),
                        outcome.message()));
    }

    /// Ends the run because of a step that did not succeed.
    void endAfter(StepRun step) {
        RunState state = step.state() == StepState.ABORTED ? RunState.ABORTED : RunState.FAILED;
        String message = "step " + step.number() + " (" + step.name() + "): ";
        end(state, step.reason(), Optional.of(message + step.message().orElse("did not succeed")));
    }

    /// Ends the run, and with it what is under way, because of a fault outside its steps.
    void fail(Reason reason, String message) {
        run().steps().stream()
                .filter(step -> step.state() == StepState.IN_PROGRESS)
                .forEach(step -> moveStep(step.number(), StepOutcome.failed(reason, message)));
        end(RunState.FAILED, Optional.of(reason), Optional.of(message));
    }

    void succeed() {
        end(RunState.SUCCESSFUL, Optional.empty(), Optional.empty());
    }

    void abort(Reason why) {
        end(RunState.ABORTED, Optional.of(why), Optional.of(sentence(why)));
    }

    /// Why a run was stopped, for people.
    static String sentence(Reason why) {
        return why == Reason.SUPERSEDED
                ? "a newer run of its concurrency group took its place"
                : "somebody asked for it";
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
                    StepOutcome.aborted(
                            state == RunState.ABORTED
                                    ? reason.orElse(Reason.CANCELLED)
                                    : Reason.EARLIER_STEP,
                            "not started because the run ended before");
            run().steps().stream()
                    .filter(step -> !step.state().isFinal())
                    .forEach(step -> moveStep(step.number(), notStarted));
            write(new RunStateChanged(state, reason, message));
        }
        close();
    }
}
