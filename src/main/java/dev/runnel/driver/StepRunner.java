package dev.runnel.driver;

import dev.runnel.driver.JournalListener.Heard;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.masking.MaskingListener;
import dev.runnel.masking.RunSecrets;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Takes one attempt of a step from its start to its end.
final class StepRunner {
    private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());

    private final Executor executor;
    private final DriverSettings settings;

    StepRunner(Executor executor, DriverSettings settings) {
        this.executor = executor;
        this.settings = settings;
    }

    /// What came of an attempt.
    sealed interface Result {
        /// It is over.
        ///
        /// @param step to be removed once the outcome is stored; empty when nothing is there
        record Ended(StepOutcome outcome, Optional<RunningStep> step) implements Result {}

        /// It was left as it is, for another driver.
        record Left() implements Result {}
    }

    /// Starts an attempt and waits for its end. The attempt must be stored before.
    Result start(StepSpec spec, RunJournal journal, RunSecrets secrets, RunControl control)
            throws InterruptedException {
        Attempt attempt = new Attempt(spec, journal, secrets, control);
        StepListener listener = attempt.listener(new Heard(0, 0));
        return attempt.supervise(executor.start(spec, listener), settings.stepTimeout());
    }

    /// Takes up an attempt that another driver started, and waits for its end.
    ///
    /// @param from how much of it is stored
    /// @param left how much of its time is left
    Result resume(
            StepSpec spec,
            ResumePoint from,
            Duration left,
            RunJournal journal,
            RunSecrets secrets,
            RunControl control)
            throws InterruptedException {
        Attempt attempt = new Attempt(spec, journal, secrets, control);
        StepListener listener = attempt.listener(new Heard(from.stdout(), from.stderr()));
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
            return attempt.supervise(found.get(), left);
        }
        // the earlier driver came as far as to store the attempt, and no command was ever started
        return from.started() == 0
                ? attempt.supervise(executor.start(spec, listener), left)
                : lost("its container is gone and nobody saw how it ended");
    }

    private static Result lost(String message) {
        return new Result.Ended(
                StepOutcome.failed(Reason.LOST, message + "; run it again if that is safe"),
                Optional.empty());
    }

    private Optional<RunningStep> reattach(
            StepSpec spec, ResumePoint from, StepListener listener, RunControl control)
            throws InterruptedException {
        long deadline =
                System.nanoTime() + settings.executorPatience().orElse(Duration.ZERO).toNanos();
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
        private final RunJournal journal;
        private final RunSecrets secrets;
        private final RunControl control;
        private @Nullable MaskingListener masking;
        // why we stopped it; the first reason counts
        private final AtomicReference<Optional<StepOutcome>> cut =
                new AtomicReference<>(Optional.empty());
        private final AtomicReference<Optional<RunningStep>> running =
                new AtomicReference<>(Optional.empty());

        Attempt(StepSpec spec, RunJournal journal, RunSecrets secrets, RunControl control) {
            this.spec = spec;
            this.journal = journal;
            this.secrets = secrets;
            this.control = control;
        }

        StepListener listener(Heard from) {
            JournalListener writing =
                    new JournalListener(
                            journal, secrets, spec, from, settings.outputLimit(), this::limit);
            masking = new MaskingListener(writing, secrets, writing::cannotMask);
            return masking;
        }

        private void limit() {
            cut(
                    StepOutcome.failed(
                            Reason.OUTPUT_LIMIT,
                            "it printed more than "
                                    + settings.outputLimit()
                                    + " bytes; write large results into files"));
        }

        private void cut(StepOutcome why) {
            cut.compareAndSet(Optional.empty(), Optional.of(why));
            running.get().ifPresent(step -> step.stop(settings.stopGrace()));
        }

        Result supervise(RunningStep step, Duration time) throws InterruptedException {
            running.set(Optional.of(step));
            // a limit may have been reached before the step was known here
            cut.get().ifPresent(this::cut);
            control.enter(step, spec.key().step());
            Thread timer = Thread.ofVirtual().start(() -> cutAfter(time));
            try {
                StepExit exit = step.await();
                if (masking != null) {
                    masking.end();
                }
                StepOutcome outcome = StepOutcome.of(exit, whyStopped()).masked(secrets);
                return new Result.Ended(outcome, Optional.of(step));
            } catch (ExecutorException e) {
                return control.order() == RunControl.Order.LEAVE
                        ? new Result.Left()
                        : lostSight(step, e);
            } finally {
                timer.interrupt();
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

        private StepOutcome whyStopped() {
            Reason why = control.cancelReason();
            return cut.get().orElseGet(() -> StepOutcome.stopped(why));
        }

        private void cutAfter(Duration time) {
            try {
                Thread.sleep(time);
                cut(
                        StepOutcome.failed(
                                Reason.TIMEOUT,
                                "it took longer than "
                                        + settings.stepTimeout().toSeconds()
                                        + " s"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
