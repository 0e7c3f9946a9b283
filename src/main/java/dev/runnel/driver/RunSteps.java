package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.attempt.StepRemovals;
import dev.runnel.driver.RunDriver.Parts;
import dev.runnel.driver.StepTask.News;
import dev.runnel.driver.WorkspaceUse.Entry;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.exchange.HandedOn;
import dev.runnel.executor.RunningStep;
import dev.runnel.masking.RunSecrets;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import dev.runnel.schedule.Deadlines;
import dev.runnel.schedule.Schedule;
import dev.runnel.schedule.Schedule.Due;
import dev.runnel.turn.GroupTaker;
import dev.runnel.turn.PlaceTaker;
import dev.runnel.turn.RunPlace;
import dev.runnel.workspace.Workspaces;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Runs the steps of one run as their graph says, several at a time, each on a thread of its own.
///
/// One thread, the one that calls `run`, decides and writes what becomes of steps; everything else
/// tells it what happened. A step that waits, for another attempt or for approval, takes no place
/// and no thread.
final class RunSteps {
    private final Parts parts;
    private final RunJournal journal;
    private final RunRecorder recorder;
    private final RunSecrets secrets;
    private final RunControl control;
    private final StepRemovals removals;
    private final Path workspace;
    private final WorkspaceUse use;
    private final StepFiles files;
    private final HandedOn handedOn;
    private final StepConditions conditions;
    private final PlaceTaker places;
    private final GroupTaker groups;
    private final RunPlace place;
    private final StepGate gate;
    private final Schedule schedule;
    private final FanOut fan;
    private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
    private final Deadlines deadlines = new Deadlines();
    private int underWay;
    private boolean toldOfWait;
    private boolean cancelled;
    private boolean ended;

    RunSteps(
            Parts parts,
            Pipeline pipeline,
            RunJournal journal,
            RunRecorder recorder,
            RunSecrets secrets,
            RunControl control,
            StepRemovals removals,
            KeptWorkspace kept,
            RunPlace place) {
        this.parts = parts;
        this.journal = journal;
        this.recorder = recorder;
        this.secrets = secrets;
        this.control = control;
        this.removals = removals;
        Path workspaces = parts.settings().workspaces();
        this.workspace = Workspaces.of(workspaces, journal.run().id());
        this.use = new WorkspaceUse(kept);
        this.files = new StepFiles(parts.artifacts(), recorder, pipeline);
        this.handedOn = new HandedOn(pipeline);
        this.conditions =
                new StepConditions(
                        parts.source(),
                        recorder,
                        control,
                        pipeline,
                        handedOn,
                        Workspaces.changes(workspaces, journal.run().id(), journal.fence()));
        Runnable heard = () -> news.add(new News.Heard());
        this.places = new PlaceTaker(parts.places(), heard);
        this.place = place;
        this.groups = StepGate.groups(parts.groups(), recorder, pipeline, heard);
        this.schedule = new Schedule(pipeline);
        this.fan = new FanOut(pipeline, recorder, secrets, control, handedOn, schedule, use);
        this.gate = new StepGate(recorder, control, schedule, groups, this::proceed);
    }

    /// Runs the steps until all are over, or until they are to be left.
    ///
    /// @return whether all are over
    boolean run() throws InterruptedException {
        try {
            control.onOrder(() -> news.add(new News.Heard()));
            takeUp();
            obey();
            while (!schedule.isDone() && control.order() != Order.LEAVE) {
                lookAtTheTime();
                decide();
                launch();
                if (!schedule.isDone()) {
                    if (underWay == 0 && gate.isAllThereIs()) {
                        place.rest();
                    }
                    hear(next());
                }
            }
            if (!schedule.isDone()) {
                settle();
                return false;
            }
            use.awaitCopies();
            return true;
        } finally {
            places.close();
            groups.close();
        }
    }

    /// Waits for the steps that are under way after they were told to stop or were let go.
    void settle() throws InterruptedException {
        Duration patience = parts.settings().stopGrace().plusSeconds(10);
        while (underWay > 0) {
            @Nullable News next = news.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            switch (next) {
                case null -> {
                    return;
                }
                case News.Ended last -> attemptEnded(last.step(), last.outcome(), last.running());
                case News.Left left -> gone(left.step());
                case News.Broke broke -> gone(broke.step());
                case News.Heard _, News.Judged _ -> {}
            }
        }
    }

    private void gone(Step step) {
        underWay--;
        places.giveBack(step.number());
        use.leave(step);
    }

    private StepRun now(int step) {
        return journal.run().step(step);
    }

    /// Goes on where the log ends.
    private void takeUp() {
        fan.takeUp();
        for (Step step : fan.pipeline().steps()) {
            StepRun known = now(step.number());
            if (known.isOver()) {
                noteOver(step.number());
            } else if (known.state() == StepState.IN_PROGRESS && step.isSeveral()) {
                groups.takeUp(step.number());
            } else if (known.state() == StepState.IN_PROGRESS) {
                places.takeAnyway(step.number());
                groups.takeUp(step.number());
                begin(step, use.goOn(step), false);
            } else if (known.approved() && known.attempt() == 0) {
                gate.ready(step.number());
            }
            known.waitsFor()
                    .ifPresent(wait -> {
                        schedule.asked(step.number());
                        switch (wait) {
                            case StepWait.ForApproval _ -> gate.goOnWaiting(step.number());
                            case StepWait.ForRetry(Instant until) -> {
                                use.leftHalf(step);
                                deadlines.retry(step.number(), until);
                            }
                        }
                    });
        }
    }

    private void obey() {
        if (control.isStopping() && !cancelled) {
            cancelled = true;
            deadlines.endIn(parts.settings().finallyTime());
            abortWaiting(step -> !step.flow().always() || gate.isUnapproved(step.number()));
        }
        if (control.order() == Order.END && !ended) {
            ended = true;
            abortWaiting(_ -> true);
        }
        for (int step : control.stoppedSteps()) {
            if (step <= fan.pipeline().steps().size()) {
                stopWaiting(step, control.stopped(step).orElseThrow());
                fan.stopParts(step, control.stopped(step).orElseThrow());
            }
        }
        gate.look();
    }

    private void abortWaiting(Predicate<Step> wanted) {
        if (control.order() == Order.LEAVE) {
            return;
        }
        StepOutcome outcome = RunRecorder.notStarted(control.cancelReason());
        fan.pipeline().steps().stream()
                .filter(wanted)
                .forEach(step -> stopWaiting(step.number(), outcome));
    }

    private void stopWaiting(int step, StepOutcome outcome) {
        if (!schedule.isOver(step) && !schedule.isUnderWay(step)) {
            finish(step, outcome);
        }
    }

    private void lookAtTheTime() {
        if (deadlines.isTimeToEnd()) {
            control.end();
        }
        Instant now = parts.clock().instant();
        for (Optional<Integer> due = deadlines.due(now);
                due.isPresent();
                due = deadlines.due(now)) {
            gate.ready(due.get());
        }
    }

    private News next() throws InterruptedException {
        long wait = deadlines.millisLeft(parts.clock().instant());
        @Nullable News next = news.poll(wait, TimeUnit.MILLISECONDS);
        return next == null ? new News.Heard() : next;
    }

    private void hear(News heard) {
        switch (heard) {
            case News.Heard _ -> obey();
            case News.Judged(Step step, Optional<StepOutcome> outcome) -> {
                if (!schedule.isOver(step.number())) {
                    outcome.ifPresentOrElse(end -> finish(step.number(), end), () -> admit(step));
                }
            }
            case News.Ended(Step step, StepOutcome outcome, Optional<RunningStep> running) ->
                    attemptEnded(step, outcome, running);
            case News.Left left -> gone(left.step());
            case News.Broke broke -> {
                gone(broke.step());
                throw broke.fault();
            }
        }
    }

    private void decide() {
        for (Optional<Due> due = schedule.nextDue();
                due.isPresent() && control.order() != Order.LEAVE;
                due = schedule.nextDue()) {
            switch (due.get()) {
                case Due.Blocked(Step step, Step by) ->
                        finish(step.number(), StepOutcome.notStartedBecauseOf(by));
                case Due.Whole(Step step) -> finish(step.number(), fan.whole(step));
                case Due.MayRun(Step step) -> {
                    Optional<StepOutcome> barred = gate.barred(step);
                    if (barred.isPresent()) {
                        finish(step.number(), barred.get());
                    } else if (step.flow().condition().isPresent()) {
                        conditions.ask(
                                step,
                                step.flow().condition().get(),
                                answer -> news.add(new News.Judged(step, answer)));
                    } else {
                        admit(step);
                    }
                }
            }
        }
    }

    /// The step runs, after somebody approved of it if that is needed.
    private void admit(Step step) {
        if (step.flow().manual() && control.isStopping()) {
            finish(step.number(), RunRecorder.notStarted(control.cancelReason()));
        } else {
            gate.admit(step);
        }
    }

    private void proceed(int number) {
        Step step = fan.pipeline().step(number);
        if (step.isSeveral()) {
            fan.expand(step).ifPresent(end -> finish(step.number(), end));
        } else {
            schedule.ready(step.number());
        }
    }

    private void launch() throws InterruptedException {
        for (Optional<Step> first = schedule.first();
                first.isPresent() && use.admits(first.get()) && control.order() != Order.LEAVE;
                first = schedule.first()) {
            Step step = first.get();
            Optional<StepOutcome> barred = gate.barred(step);
            if (barred.isPresent()) {
                finish(step.number(), barred.get());
            } else if (places.tryTake(step.number())) {
                start(step);
            } else {
                tellOfWait(step);
                return;
            }
        }
        places.giveUp();
        schedule.next().ifPresent(s -> parts.ahead().prepare(journal.run(), fan.pipeline(), s));
    }

    private void tellOfWait(Step step) {
        if (underWay == 0 && !toldOfWait) {
            toldOfWait = true;
            recorder.progress(Activity.WAIT, step.number(), places.whyWaiting());
        }
    }

    private void start(Step step) throws InterruptedException {
        Entry entry = use.enter(step, journal.run());
        int attempt = now(step.number()).attempt() + 1;
        files.makeRoom(step, attempt, workspace);
        recorder.startStep(step.number(), step.name(), attempt);
        begin(step, entry, true);
    }

    private void begin(Step step, Entry entry, boolean fresh) {
        schedule.started(step.number());
        place.goOn();
        underWay++;
        toldOfWait = false;
        StepTask task =
                new StepTask(
                        parts,
                        fan.pipeline(),
                        journal,
                        recorder,
                        secrets,
                        control,
                        files,
                        handedOn,
                        workspace);
        Thread.ofVirtual()
                .name("step-" + step.number())
                .start(() -> {
                    news.add(task.run(step, entry, fresh));
                    places.ended(step.number());
                });
    }

    private void attemptEnded(Step step, StepOutcome outcome, Optional<RunningStep> running) {
        gone(step);
        int attempt = now(step.number()).attempt();
        if (outcome.isWorthAnother(step, attempt) && gate.barred(step).isEmpty()) {
            Duration delay = step.attempts().retry().orElseThrow().delayAfter(attempt);
            Instant until = parts.clock().instant().plus(delay);
            recorder.retryStep(step.number(), outcome, until);
            schedule.asked(step.number());
            deadlines.retry(step.number(), until);
        } else {
            finish(step.number(), outcome);
        }
        running.ifPresent(over -> removals.remove(over, journal));
        if (step.setting().isolated()) {
            StepTask.removeCopy(parts, journal.run(), step, attempt, removals);
        }
    }

    private void finish(int step, StepOutcome outcome) {
        recorder.moveStep(step, outcome);
        noteOver(step);
    }

    private void noteOver(int number) {
        Step step = fan.pipeline().step(number);
        StepRun over = now(number);
        gate.over(number);
        deadlines.forget(number);
        use.over(step, over);
        schedule.over(number, over.letsOthersGoOn());
        if (over.state() == StepState.FAILED && !step.flow().allowFailure()) {
            fan.stopOthers(step);
        }
    }
}
