package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.RunControl.Order;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.source.Source;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.NothingToPush;
import dev.runnel.source.Source.PushRequest;
import dev.runnel.source.Source.Pushed;
import dev.runnel.source.Source.SourceRefusal;
import java.nio.file.Path;

/// Pushes what a step with `commit: true` changed back to the repository.
final class ResultPush {
    private final Source source;
    private final RunRecorder recorder;
    private final RunControl control;
    private final Path workspace;

    ResultPush(Source source, RunRecorder recorder, RunControl control, Path workspace) {
        this.source = source;
        this.recorder = recorder;
        this.control = control;
        this.workspace = workspace;
    }

    /// Pushes if the step is to be pushed and went well.
    ///
    /// @param outcome how its commands ended
    /// @return how the step ended, its push included
    StepOutcome after(Step step, StepOutcome outcome) throws InterruptedException {
        return switch (outcome.state()) {
            case SUCCESSFUL -> step.commit() ? push(step, outcome) : outcome;
            case PENDING, IN_PROGRESS, FAILED, ABORTED, SKIPPED -> outcome;
        };
    }

    private StepOutcome push(Step step, StepOutcome outcome) throws InterruptedException {
        Run run = recorder.run();
        // what an earlier step pushed is where the branch is, whoever drove the run then
        String base = run.pushed().or(run::revision).orElseThrow();
        CheckoutRequest checkout =
                new CheckoutRequest(run.request().url(), run.request().ref(), workspace);
        String message = "Result of step " + step.number() + " (" + step.name() + ")";
        PushRequest push = new PushRequest(checkout, base, message);
        return switch (control.interruptibly(
                Order.stopping(step), () -> source.commitAndPush(push))) {
            case Pushed(String revision, String branch) -> {
                recorder.write(new ResultPushed(step.number(), branch, revision));
                yield outcome;
            }
            case NothingToPush() -> {
                recorder.progress(Activity.PUSH, step.number(), "nothing changed, nothing to push");
                yield outcome;
            }
            case SourceRefusal refusal -> StepOutcome.failed(Reason.PUSH_FAILED, refusal.message());
        };
    }
}
