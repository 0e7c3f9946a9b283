package dev.runnel.attempt;

import dev.runnel.attempt.JournalListener.Heard;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepSpec;
import dev.runnel.masking.MaskingListener;
import dev.runnel.masking.RunSecrets;
import dev.runnel.run.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Takes one attempt of a step from its start to its end.
public final class StepRunner {
    private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());

    private final Executor executor;
    private final Rules rules;

    /// What holds for every attempt of an instance.
    ///
    /// @param outputLimit how many bytes it may print
    /// @param runOutputLimit how many bytes all attempts of its run may print together
    /// @param stopGrace how long its processes have between TERM and KILL
    /// @param patience how long to ask an engine that does not answer for an attempt
    public record Rules(
            long outputLimit, long runOutputLimit, Duration stopGrace, Duration patience) {}

    public StepRunner(Executor executor, Rules rules) {
        this.executor = executor;
        this.rules = rules;
    }

    /// What came of an attempt.
    public sealed interface Result {
        /// It is over.
        ///
        /// @param step to be removed once the outcome is stored; empty when nothing is there
        record Ended(StepOutcome outcome, Optional<RunningStep> step) implements Result {}

        /// It was left as it is, for another driver.
        record Left() implements Result {}
    }

    /// Where a step finds its workspace.
    ///
    /// @param workspace absolute path of the folder here
    /// @param wanted where the pipeline wants it
    public String workspaceSeen(Path workspace, String wanted) {
        return executor.workspaceSeen(workspace, wanted);
    }

    /// Starts an attempt and waits for its end. The attempt must be stored before.
    public Result start(
            StepSpec spec, Terms terms, RunJournal journal, RunSecrets secrets, RunControl control)
            throws InterruptedException {
        Attempt attempt = new Attempt(spec, terms, journal, secrets, control, new Heard(0, 0));
        return attempt.supervise(executor.start(spec, attempt.listener));
    }

    /// Takes up an attempt that another driver started, and waits for its end.
    ///
    /// @param from how much of it is stored
    public Result resume(
            StepSpec spec,
            ResumePoint from,
            Terms terms,
            RunJournal journal,
            RunSecrets secrets,
            RunControl control)
            throws InterruptedException {
        Heard heard = new Heard(from.stdout(), from.stderr());
        Attempt attempt = new Attempt(spec, terms, journal, secrets, control, heard);
        TimedListener listener = attempt.listener;
        if (from.started() > from.finished()) {
            listener.goOn(from.started());
        }
        Optional<RunningStep> found;
        try {
            found = reattach(spec, from, listener, control);
        } catch (ExecutorException e) {
            LOG.log(System.Logger.Level.WARNING, "gave up on step " + spec.key(), e);
            return control.order() == RunControl.Order.LEAVE
                    ? new Result.Left()
                    : lost("the engine did not answer, and nobody saw how it ended");
        }
        if (control.order() == RunControl.Order.LEAVE) {
            found.ifPresent(RunningStep::detach);
            return new Result.Left();
        }
        if (found.isPresent()) {
            return attempt.supervise(found.get());
        }
        // the earlier driver came as far as to store the attempt, and no command was ever started
        return from.started() == 0
                ? attempt.supervise(executor.start(spec, listener))
                : lost("its container is gone and nobody saw how it ended");
    }

    private static Result lost(String message) {
        return new Result.Ended(
                StepOutcome.failed(Reason.LOST, message + "; run it again if that is safe"),
                Optional.empty());
    }

    private Optional<RunningStep> reattach(
            StepSpec spec, ResumePoint from, TimedListener listener, RunControl control)
            throws InterruptedException {
        long deadline = System.nanoTime() + rules.patience().toNanos();
        while (true) {
            try {
                return executor.reattach(spec, from, listener);
            } catch (ExecutorException e) {
                if (System.nanoTime() > deadline || control.order() == RunControl.Order.LEAVE) {
                    throw e;
                }
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
    }

    private final class Attempt {
        private final StepSpec spec;
        private final Terms terms;
        private final RunSecrets secrets;
        private final RunControl control;
        private final MaskingListener masking;
        private final TimedListener listener;
        // why we stopped it; the first reason counts
        private final AtomicReference<Optional<StepOutcome>> cut =
                new AtomicReference<>(Optional.empty());
        private final AtomicReference<Optional<RunningStep>> running =
                new AtomicReference<>(Optional.empty());

        Attempt(
                StepSpec spec,
                Terms terms,
                RunJournal journal,
                RunSecrets secrets,
                RunControl control,
                Heard from) {
            this.spec = spec;
            this.terms = terms;
            this.secrets = secrets;
            this.control = control;
            JournalListener telling =
                    new JournalListener(
                            journal,
                            secrets,
                            spec,
                            from,
                            rules,
                            control::printed,
                            this::printedTooMuch);
            this.masking = new MaskingListener(telling, secrets, telling::cannotMask);
            this.listener = new TimedListener(masking, terms, this::tookTooLong);
        }

        private void printedTooMuch(String what) {
            cut(StepOutcome.failed(Reason.OUTPUT_LIMIT, what + "; write large results into files"));
        }

        private void tookTooLong(int command) {
            String time = terms.commandTime().map(Terms::shown).orElse("it may");
            cut(
                    StepOutcome.failed(
                            Reason.TIMEOUT, "command " + command + " took longer than " + time));
        }

        private void cut(StepOutcome why) {
            cut.compareAndSet(Optional.empty(), Optional.of(why));
            running.get().ifPresent(step -> step.stop(rules.stopGrace()));
        }

        Result supervise(RunningStep step) throws InterruptedException {
            running.set(Optional.of(step));
            // a limit may have been reached before the step was known here
            cut.get().ifPresent(this::cut);
            control.enter(step, spec.key().step(), terms.always());
            Thread timer = Thread.ofVirtual().start(this::cutAfterItsTime);
            try {
                StepExit exit = step.await();
                masking.end();
                StepOutcome outcome = outcome(exit).masked(secrets);
                return new Result.Ended(outcome, Optional.of(step));
            } catch (ExecutorException e) {
                return control.order() == RunControl.Order.LEAVE
                        ? new Result.Left()
                        : lostSight(step, e);
            } finally {
                timer.interrupt();
                listener.stop();
                control.exit(step);
            }
        }

        private Result lostSight(RunningStep step, ExecutorException e) {
            LOG.log(System.Logger.Level.WARNING, "lost sight of step " + spec.key(), e);
            return new Result.Ended(
                    StepOutcome.failed(
                            Reason.LOST,
                            "the engine stopped answering and nobody saw how it ended: "
                                    + e.getMessage()),
                    Optional.of(step));
        }

        /// A step that printed too much lacks lines, however it ended.
        private StepOutcome outcome(StepExit exit) {
            return cut.get()
                    .filter(why -> why.reason().equals(Optional.of(Reason.OUTPUT_LIMIT)))
                    .orElseGet(() -> StepOutcome.of(exit, whyStopped()));
        }

        private StepOutcome whyStopped() {
            return cut.get()
                    .or(() -> control.stopped(spec.key().step()))
                    .orElseGet(() -> StepOutcome.stopped(control.cancelReason()));
        }

        private void cutAfterItsTime() {
            try {
                Thread.sleep(terms.left());
                cut(
                        StepOutcome.failed(
                                Reason.TIMEOUT,
                                "the step took longer than " + Terms.shown(terms.time())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
