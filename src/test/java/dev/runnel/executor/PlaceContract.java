package dev.runnel.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepExit.Exited;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepExit.Stopped;
import dev.runnel.run.Reason;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What every executor makes of the place that a step asks for.
public abstract class PlaceContract extends ExecutorFixture {
    private static final String COUNT =
            "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; echo err $i >&2;"
                    + " sleep 0.005; done";

    private final RecordingListener before = new RecordingListener();
    private final RecordingListener after = new RecordingListener();

    /// A shell that is no `/bin/sh`, and an image that has it.
    protected abstract StepSpec bash(StepSpec spec);

    private StepSpec withAfter(List<String> script, String... last) {
        return Places.in(spec(script, Map.of()), Places.after(last));
    }

    private void assertRefused(StepSpec spec, Reason reason, String... parts) throws Exception {
        RecordingListener heard = new RecordingListener();
        assertThat(end(start(spec, heard)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(reason);
                            assertThat(refused.message()).contains(parts);
                        });
        assertThat(heard.transcript()).isEmpty();
    }

    @Test
    protected void afterScriptRunsWhenTheScriptSucceeded() throws Exception {
        Outcome outcome =
                run(
                        withAfter(
                                List.of("x=1; cd /; echo one", "printf two"),
                                "echo \"code $RUNNEL_EXIT_CODE $BITBUCKET_EXIT_CODE x${x-}\"",
                                "echo last >&2"));
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.transcript())
                .containsExactly(
                        ">1",
                        "1 out one",
                        "<1 0",
                        ">2",
                        "2 out two…",
                        "<2 0",
                        ">3",
                        "3 out code 0 0 x",
                        "<3 0",
                        ">4",
                        "4 err last",
                        "<4 0");
    }

    @Test
    protected void afterScriptRunsWhenTheScriptFailed() throws Exception {
        String last = "echo code $BITBUCKET_EXIT_CODE";
        Outcome failed = run(withAfter(List.of("true", "sh -c 'exit 42'", "echo never"), last));
        assertThat(failed.exit()).isEqualTo(new Exited(42));
        assertThat(failed.transcript())
                .containsExactly(">1", "<1 0", ">2", "<2 42", ">4", "4 out code 42", "<4 0");
        Outcome left = run(withAfter(List.of("exit 0", "echo never"), last));
        assertThat(left.exit()).isEqualTo(new Exited(0));
        assertThat(left.transcript()).containsExactly(">1", "<1 0", ">3", "3 out code 0", "<3 0");
        Outcome broken = run(withAfter(List.of("echo 'open"), last));
        assertThat(broken.exit()).isEqualTo(new Exited(2));
        assertThat(broken.transcript()).contains("<1 2", ">2", "2 out code 2", "<2 0");
        Outcome replaced = run(withAfter(List.of("exec sh -c 'echo new; exit 7'"), last));
        assertThat(replaced.transcript())
                .containsExactly(">1", "1 out new", "<1 7", ">2", "2 out code 7", "<2 0");
        Outcome killed = run(withAfter(List.of("sh -c 'kill -KILL $PPID'; sleep 9"), last));
        assertThat(killed.exit()).isEqualTo(new Exited(137));
        assertThat(killed.heard().stdout(2)).isEqualTo("code 137\n");
        assertThat(killed.heard().stderr(1)).isEmpty();
    }

    @Test
    protected void afterScriptDecidesNothing() throws Exception {
        Outcome good = run(withAfter(List.of("true"), "echo a; exit 9", "echo never"));
        assertThat(good.exit()).isEqualTo(new Exited(0));
        assertThat(good.transcript()).containsExactly(">1", "<1 0", ">2", "2 out a", "<2 9");
        Outcome bad = run(withAfter(List.of("exit 4"), "true", "true"));
        assertThat(bad.exit()).isEqualTo(new Exited(4));
        assertThat(bad.heard().exitCodes()).containsExactly(4, 0, 0);
        Outcome syntax = run(withAfter(List.of("true"), "echo 'open"));
        assertThat(syntax.exit()).isEqualTo(new Exited(0));
        assertThat(syntax.heard().exitCodes()).containsExactly(0, 2);
    }

    @Test
    protected void afterScriptRunsWithinTheGraceOfAStop() throws Exception {
        RunningStep step =
                start(
                        withAfter(
                                List.of("echo ready; sleep 300", "echo never"),
                                "sleep 0.3; echo cleaned >> done; echo code $RUNNEL_EXIT_CODE"),
                        before);
        before.awaitText(1, "ready");
        step.stop(GRACE);
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(file("done")).isEqualTo("cleaned\n");
        assertThat(before.stdout(3)).isEqualTo("code 143\n");
        assertThat(before.transcript()).doesNotContain(">2").endsWith("<3 0");
    }

    @Test
    protected void afterScriptThatOutlastsTheGraceIsKilled() throws Exception {
        RunningStep step =
                start(withAfter(List.of("echo ready; sleep 300"), "echo in; sleep 300"), before);
        before.awaitText(1, "ready");
        step.stop(Duration.ofSeconds(2));
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(before.transcript()).endsWith(">2", "2 out in");
    }

    @Test
    protected void stepWithAfterScriptIsTakenUpInItsScript() throws Exception {
        StepSpec spec =
                withAfter(List.of("echo first", COUNT + "; exit 7", "true"), COUNT, "echo end");
        RunningStep first = start(spec, before);
        before.awaitText(2, "line 20\n");
        first.detach();
        assertThat(end(reattach(spec, before, after))).isEqualTo(new Exited(7));
        assertThat(before.stdout(2) + after.stdout(2)).endsWith("line 200\n").hasLineCount(200);
        assertThat(before.stderr(2) + after.stderr(2)).hasLineCount(200);
        assertThat(after.stdout(4)).hasLineCount(200);
        assertThat(after.transcript()).contains("<2 7", ">4").endsWith(">5", "5 out end", "<5 0");
    }

    @Test
    protected void stepWithAfterScriptSurvivesTheDeathOfItsRunner() throws Exception {
        StepSpec spec = withAfter(List.of("echo first", "exit 7", "true"), COUNT, "echo end");
        try (StepProcess runner =
                StepProcess.launch(outside().stepProcess(), "-Xmx64m", StepProcess.TELL, spec)) {
            runner.tellUntil(before, "line 20");
            runner.killHard();
            runner.tellRest(before);
        }
        assertThat(end(reattach(spec, before, after))).isEqualTo(new Exited(7));
        assertThat(before.exitCodes()).containsExactly(0, 7);
        assertThat(before.stdout(4) + after.stdout(4)).hasLineCount(200).endsWith("line 200\n");
        assertThat(before.stderr(4) + after.stderr(4)).hasLineCount(200).endsWith("err 200\n");
        assertThat(after.transcript())
                .doesNotContain(">4", "<2 7")
                .endsWith("<4 0", ">5", "5 out end", "<5 0");
        RecordingListener again = new RecordingListener();
        assertThat(
                        end(
                                closedLater(
                                        executor()
                                                .reattach(spec, ResumePoint.START, again)
                                                .orElseThrow())))
                .isEqualTo(new Exited(7));
        assertThat(again.exitCodes()).containsExactly(0, 7, 0, 0);
        assertThat(again.stdout(4)).hasLineCount(200);
    }

    @Test
    protected void afterScriptMayBeLong() throws Exception {
        String text = "it's €\n".repeat(25_000);
        Outcome outcome =
                run(
                        withAfter(
                                List.of("cat <<'END'\n" + text + "END", "exit 3"),
                                "cat <<'END'\n" + text + "END"));
        assertThat(outcome.exit()).isEqualTo(new Exited(3));
        assertThat(outcome.heard().stdout(1)).isEqualTo(text);
        assertThat(outcome.heard().stdout(3)).isEqualTo(text);
    }

    @Test
    protected void scriptStartsInItsWorkingDirectory() throws Exception {
        Files.createDirectories(workspace.resolve("a b/c"));
        Outcome outcome = run(Places.in(spec("pwd; touch here"), Places.workdir("./a b/x/../c")));
        assertThat(outcome.heard().stdout(1)).endsWith("/a b/c\n");
        assertThat(workspace.resolve("a b/c/here")).exists();
    }

    @Test
    protected void workingDirectoryOutsideTheWorkspaceIsRefused() throws Exception {
        for (String folder : List.of("..", "a/../../b", "/tmp", "a\0b")) {
            StepSpec spec = Places.in(spec("true"), Places.workdir(folder));
            assertRefused(spec, Reason.NOT_POSSIBLE, "working directory", folder);
        }
        StepSpec missing = Places.in(spec("true"), Places.workdir("no/such"));
        assertRefused(missing, Reason.NOT_POSSIBLE, "no folder `no/such`");
    }

    @Test
    protected void scriptMayBeForBash() throws Exception {
        Outcome outcome =
                run(
                        bash(
                                Places.in(
                                        spec("a=(x y); set -x", "echo ${a[1]}", "[[ q == z ]]"),
                                        new Places.Wish()
                                                .shell("/bin/bash")
                                                .after(List.of("b=(1 2); echo ${#b[@]}"))
                                                .setting())));
        assertThat(outcome.exit()).isEqualTo(new Exited(1));
        assertThat(outcome.heard().stdout(2)).isEqualTo("y\n");
        assertThat(outcome.heard().stdout(4)).isEqualTo("2\n");
        assertThat(outcome.heard().exitCodes()).containsExactly(0, 0, 1, 0);
    }

    @Test
    protected void shellThatCannotRunAScriptIsRefused() throws Exception {
        assertRefused(
                Places.in(spec("true"), Places.shell("/usr/bin/python3")),
                Reason.NOT_POSSIBLE,
                "/usr/bin/python3",
                "bash");
        assertRefused(
                Places.in(spec("true"), Places.shell("bash")),
                Reason.NOT_POSSIBLE,
                "`bash`",
                "absolute");
        assertRefused(
                Places.in(spec("true"), Places.shell("/opt/bash")), Reason.NO_SHELL, "/opt/bash");
    }

    @Test
    protected void programThatIsTheJobNeedsNoShell() throws Exception {
        List<String> program = List.of("/bin/sh", "-c", "echo \"$0 $1\"; echo e >&2; exit 5");
        StepSpec spec = Places.in(spec("the job"), Places.job(program, "it's", "$HOME"));
        Outcome outcome = run(spec);
        assertThat(outcome.exit()).isEqualTo(new Exited(5));
        assertThat(outcome.heard().stdout(1)).isEqualTo("it's $HOME\n");
        assertThat(outcome.heard().stderr(1)).isEqualTo("e\n");
        assertThat(outcome.heard().exitCodes()).containsExactly(5);
        assertThat(end(reattach(spec, outcome.heard(), after))).isEqualTo(new Exited(5));
        assertThat(after.transcript()).isEmpty();
        assertRefused(
                Places.in(
                        spec("the job"),
                        new Places.Wish()
                                .job(new dev.runnel.pipeline.Setting.Job(program, List.of()))
                                .after(List.of("true"))
                                .setting()),
                Reason.NOT_POSSIBLE,
                "after-script");
    }

    @Test
    protected void jobIsTakenUpWhereItWas() throws Exception {
        StepSpec spec =
                Places.in(
                        spec("the job"), Places.job(List.of("/bin/sh", "-c", COUNT + "; exit 7")));
        RunningStep first = start(spec, before);
        before.awaitText(1, "line 20\n");
        first.detach();
        assertThat(end(reattach(spec, before, after))).isEqualTo(new Exited(7));
        assertThat(before.stdout(1) + after.stdout(1)).hasLineCount(200).endsWith("line 200\n");
        assertThat(before.stderr(1) + after.stderr(1)).hasLineCount(200);
        assertThat(before.transcript()).startsWith(">1");
        assertThat(after.transcript()).doesNotContain(">1").contains("<1 7");
    }

    @Test
    protected void jobCanBeStopped() throws Exception {
        String job = "trap 'echo asked; exit 1' TERM; echo ready; while :; do sleep 0.05; done";
        StepSpec spec = Places.in(spec("the job"), Places.job(List.of("/bin/sh", "-c", job)));
        RunningStep step = start(spec, before);
        before.awaitText(1, "ready");
        step.stop(GRACE);
        assertThat(end(step)).isEqualTo(new Stopped());
        assertThat(before.stdout(1)).isEqualTo("ready\nasked\n");
    }
}
