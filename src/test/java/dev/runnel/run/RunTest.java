package dev.runnel.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepExpanded.Part;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.StepRun.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final String REVISION = "0123456789012345678901234567890123456789";
    private static final Pipeline PIPELINE =
            new Pipeline(
                    "default",
                    "/opt/work",
                    List.of(
                            new Step(1, "build", new Image("alpine"), List.of("a", "b", "c"), true),
                            new Step(2, "test", new Image("alpine"), List.of("d"), false)));

    private Run run =
            Run.requested(RunId.at(START, new Random(1)), RunRequest.of("file:///job"), START);

    @Test
    void aRequestedRunIsPendingAndHasNoEvents() {
        assertThat(run.state()).isEqualTo(RunState.PENDING);
        assertThat(run.events()).isZero();
        assertThat(run.steps()).isEmpty();
        assertThat(run.startedAt()).isEmpty();
    }

    @Test
    void theFirstEventMaySayThatItIsPending() {
        add(RunStateChanged.to(RunState.PENDING));
        assertThat(run.state()).isEqualTo(RunState.PENDING);
        assertThatThrownBy(() -> add(RunStateChanged.to(RunState.PENDING)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void startingAndEndingLeaveTheirTimes() {
        add(RunStateChanged.to(RunState.IN_PROGRESS));
        assertThat(run.startedAt()).contains(at(1));
        assertThat(run.finishedAt()).isEmpty();
        add(
                new RunStateChanged(
                        RunState.FAILED, Optional.of(Reason.TIMEOUT), Optional.of("too slow")));
        assertThat(run.startedAt()).contains(at(1));
        assertThat(run.finishedAt()).contains(at(2));
        assertThat(run.reason()).contains(Reason.TIMEOUT);
        assertThat(run.message()).contains("too slow");
        assertThat(run.ended()).isFalse();
    }

    @Test
    void aKeptStepIsSuccessfulAndCarriesWhatWasPushed() {
        RunId original = RunId.at(START, new Random(2));
        RunRequest request = RunRequest.of("file:///job");
        Rerun rerun =
                new Rerun(
                        original,
                        Optional.of(REVISION),
                        Map.of(1, original),
                        Optional.of("f".repeat(40)));
        run = Run.requested(run.id(), request.repeating(rerun, request.variables()), START);
        begin();
        assertThat(run.pushed()).isEmpty();
        add(new StepKept(1, "build", original));
        assertThat(run.step(1).state()).isEqualTo(StepState.SUCCESSFUL);
        assertThat(run.step(1).keptFrom()).contains(original);
        assertThat(run.step(1).startedAt()).isEmpty();
        assertThat(run.step(1).commands())
                .extracting(CommandRun::state)
                .containsOnly(StepState.SKIPPED);
        assertThat(run.pushed()).contains("f".repeat(40));
        assertThatThrownBy(() -> add(new StepKept(1, "build", original)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatAStepGaveIsThereUntilItIsTriedAgain() {
        begin();
        add(step(1, 1, StepState.IN_PROGRESS));
        add(new StepOutputs(1, "build", Map.of("A", "1")));
        add(step(1, 1, StepState.FAILED));
        assertThat(run.step(1).outputs()).isEqualTo(Map.of("A", "1"));
        add(step(1, 2, StepState.IN_PROGRESS));
        assertThat(run.step(1).outputs()).isEmpty();
    }

    @Test
    void aStepThatBecomesSeveralAddsStepsAtTheEnd() {
        begin();
        Part part = new Part(3, "test (x)", "x");
        add(new StepExpanded(2, "test", List.of("e", "f"), List.of(part)));
        assertThat(run.steps()).hasSize(3);
        assertThat(run.step(3).origin()).contains(new Origin(2, 0, "x"));
        assertThat(run.step(3).state()).isEqualTo(StepState.PENDING);
        assertThat(run.step(3).commands())
                .extracting(CommandRun::instruction)
                .containsExactly("e", "f");
        assertThatThrownBy(() -> add(new StepExpanded(1, "build", List.of(), List.of(part))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLastPushIsWhereTheBranchIs() {
        begin();
        add(new ResultPushed(1, "main", "a".repeat(40)));
        add(new ResultPushed(2, "main", "b".repeat(40)));
        assertThat(run.pushed()).contains("b".repeat(40));
        assertThat(run.revision()).contains(REVISION);
    }

    @Test
    void readingThePipelineMakesItsStepsKnown() {
        begin();
        assertThat(run.revision()).contains(REVISION);
        assertThat(run.pipeline()).contains("default");
        assertThat(run.steps()).extracting(StepRun::name).containsExactly("build", "test");
        assertThat(run.steps()).extracting(StepRun::commit).containsExactly(true, false);
        assertThat(run.steps()).extracting(StepRun::state).containsOnly(StepState.PENDING);
        assertThat(run.step(1).commands())
                .extracting(CommandRun::instruction)
                .containsExactly("a", "b", "c");
    }

    @Test
    void commandsOfAStepComeAndGo() {
        begin();
        add(step(1, 1, StepState.IN_PROGRESS));
        assertThat(run.step(1).startedAt()).contains(at(3));
        assertThat(run.step(1).attempt()).isEqualTo(1);
        add(new CommandStarted(1, 1, "a"));
        assertThat(command(1).state()).isEqualTo(StepState.IN_PROGRESS);
        add(new CommandFinished(1, 1, 0));
        assertThat(command(1).state()).isEqualTo(StepState.SUCCESSFUL);
        assertThat(command(1).exitCode()).contains(0);
        assertThat(command(1).startedAt()).contains(at(4));
        assertThat(command(1).finishedAt()).contains(at(5));
        add(new CommandStarted(1, 2, "b"));
        add(new CommandFinished(1, 2, 7));
        assertThat(command(2).state()).isEqualTo(StepState.FAILED);
        assertThat(command(2).exitCode()).contains(7);
        assertThat(command(3).state()).isEqualTo(StepState.PENDING);
    }

    @Test
    void aFailedStepLeavesTheCommandsThatItDidNotReachAborted() {
        begin();
        add(step(1, 1, StepState.IN_PROGRESS));
        add(new CommandStarted(1, 1, "a"));
        add(new CommandFinished(1, 1, 0));
        add(new CommandStarted(1, 2, "b"));
        add(step(1, 1, StepState.FAILED));
        assertThat(run.step(1).commands())
                .extracting(CommandRun::state)
                .containsExactly(StepState.SUCCESSFUL, StepState.FAILED, StepState.ABORTED);
        assertThat(command(2).finishedAt()).contains(run.step(1).finishedAt().orElseThrow());
        assertThat(command(3).finishedAt()).as("it never started").isEmpty();
    }

    @Test
    void aSkippedStepHasSkippedCommands() {
        begin();
        add(step(2, 0, StepState.SKIPPED));
        assertThat(run.step(2).commands())
                .extracting(CommandRun::state)
                .containsExactly(StepState.SKIPPED);
    }

    @Test
    void aNewAttemptBeginsItsCommandsAnew() {
        begin();
        add(step(1, 1, StepState.IN_PROGRESS));
        add(new CommandStarted(1, 1, "a"));
        add(step(1, 1, StepState.FAILED));
        add(step(1, 2, StepState.IN_PROGRESS));
        assertThat(run.step(1).attempt()).isEqualTo(2);
        assertThat(run.step(1).finishedAt()).isEmpty();
        assertThat(run.step(1).commands())
                .extracting(CommandRun::state)
                .containsOnly(StepState.PENDING);
    }

    @Test
    void outputProgressAndProblemsOnlyCount() {
        begin();
        Run before = run;
        add(new OutputWritten(1, 1, OutputChannel.STDOUT, OutputLine.of("x")));
        add(new ProgressMade(Activity.PULL, 1, "p", OptionalLong.of(1), OptionalLong.empty()));
        add(new ProblemFound(new Problem(Problem.Severity.WARNING, "c", "f", 1, 1, "/", "m", "")));
        assertThat(run.events()).isEqualTo(before.events() + 3);
        assertThat(run).usingRecursiveComparison().ignoringFields("events").isEqualTo(before);
    }

    @Test
    void nothingFollowsTheEnd() {
        add(RunStateChanged.to(RunState.ABORTED));
        add(new RunEnded(RunState.ABORTED, 2));
        assertThat(run.ended()).isTrue();
        assertThatThrownBy(() -> add(new OutputWritten(1, 1, OutputChannel.STDOUT, line())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended");
    }

    @Test
    void anEventThatIsNotTheNextOneIsRefused() {
        begin();
        for (long seq : List.of(0L, run.events(), run.events() + 2)) {
            RecordedEvent event =
                    new RecordedEvent(seq, START, RunStateChanged.to(RunState.SUCCESSFUL));
            assertThatThrownBy(() -> run.after(event)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aMoveThatIsNotLegalIsRefused() {
        begin();
        assertThatThrownBy(() -> add(RunStateChanged.to(RunState.IN_PROGRESS)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> add(step(1, 1, StepState.SUCCESSFUL)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> add(new CommandFinished(1, 1, 0)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStepThatDoesNotExistIsRefused() {
        begin();
        assertThatThrownBy(() -> add(step(3, 1, StepState.IN_PROGRESS)))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private void begin() {
        add(RunStateChanged.to(RunState.IN_PROGRESS));
        add(new PipelineRead(REVISION, PIPELINE));
    }

    private void add(RunEvent event) {
        long seq = run.events() + 1;
        run = run.after(new RecordedEvent(seq, at(seq), event));
    }

    private static Instant at(long seq) {
        return START.plusSeconds(seq);
    }

    private CommandRun command(int number) {
        return run.step(1).commands().get(number - 1);
    }

    private static OutputLine line() {
        return OutputLine.of("late");
    }

    private static StepStateChanged step(int number, int attempt, StepState state) {
        return new StepStateChanged(
                number,
                "name",
                attempt,
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
