package dev.runnel.executor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executor.StepExit.Exited;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What every executor does with the commands and the output of a step.
public abstract class ExecutorContract extends ExecutorFixture {

    @Test
    protected void commandsRunOneAfterAnother() throws Exception {
        Outcome outcome = run("echo one", "echo two; echo err >&2", "printf three");
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.heard().stdout(1)).isEqualTo("one\n");
        assertThat(outcome.heard().stdout(2)).isEqualTo("two\n");
        assertThat(outcome.heard().stderr(2)).isEqualTo("err\n");
        assertThat(outcome.heard().stdout(3)).isEqualTo("three");
        assertThat(outcome.heard().exitCodes()).containsExactly(0, 0, 0);
    }

    @Test
    protected void firstCommandThatFailsEndsTheStep() throws Exception {
        assertThat(run("echo a", "sh -c 'exit 42'", "echo c").transcript())
                .containsExactly(">1", "1 out a", "<1 0", ">2", "<2 42");
        assertThat(run("exit 3", "echo c").exit()).isEqualTo(new Exited(3));
        Outcome unbalanced = run("echo a", "echo 'open", "echo c");
        assertThat(unbalanced.exit()).isEqualTo(new Exited(2));
        assertThat(unbalanced.heard().exitCodes()).containsExactly(0, 2);
        assertThat(unbalanced.heard().stderr(2)).isNotEmpty();
    }

    @Test
    protected void commandThatReadsGetsNothing() throws Exception {
        Outcome outcome = run("cat", "read line || echo nothing", "echo end");
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.heard().stdout(2)).isEqualTo("nothing\n");
        assertThat(outcome.heard().stdout(3)).isEqualTo("end\n");
    }

    @Test
    protected void directoryAndVariablesLast() throws Exception {
        Outcome outcome =
                run("mkdir -p sub && cd sub && x=5 && export y=6", "pwd; echo $x; sh -c 'echo $y'");
        assertThat(outcome.heard().stdout(2)).endsWith("/sub\n5\n6\n");
        assertThat(workspace.resolve("sub")).isDirectory();
    }

    @Test
    protected void workspaceIsReadAndWritten() throws Exception {
        Files.writeString(workspace.resolve("in"), "from outside\n");
        Outcome outcome = run("cat in", "echo from inside > out");
        assertThat(outcome.heard().stdout(1)).isEqualTo("from outside\n");
        assertThat(file("out")).isEqualTo("from inside\n");
    }

    @Test
    protected void environmentIsGivenAsItIs() throws Exception {
        Map<String, String> values =
                Map.of(
                        "SIMPLE", "x",
                        "EMPTY", "",
                        "LINES", "a\nb\n",
                        "QUOTES", "it's \"$HOME\" `x` \\ *",
                        "UNICODE", "grüße €😀",
                        "EQUAL", "a=b=c");
        List<String> script = new ArrayList<>();
        List<String> names = List.copyOf(values.keySet());
        names.forEach(name -> script.add("printf '%s' \"${" + name + "-unset}\""));
        Outcome outcome = run(spec(script, values));
        for (int index = 0; index < names.size(); index++) {
            assertThat(outcome.heard().stdout(index + 1)).isEqualTo(values.get(names.get(index)));
        }
    }

    @Test
    protected void outputMayComeInAnyPieces() throws Exception {
        Outcome outcome =
                run(
                        "printf 'gr\\303'; sleep 0.3; printf '\\274n\\n'",
                        "printf '\\033'; sleep 0.3; printf '[1mbold\\033[0m\\n'",
                        "printf '\\033_R'; sleep 0.3; printf 'x\\n'",
                        "printf 10%%; sleep 0.3; printf '\\r20%%\\r\\n'");
        assertThat(outcome.heard().stdout(1)).isEqualTo("grün\n");
        assertThat(outcome.heard().stdout(2)).isEqualTo("\033[1mbold\033[0m\n");
        assertThat(outcome.heard().stdout(3)).isEqualTo("\033_Rx\n");
        assertThat(outcome.heard().stdout(4)).isEqualTo("10%\r20%\n");
        assertThat(outcome.heard().outputs()).noneMatch(output -> output.line().replaced());
    }

    @Test
    protected void longLinesAndBytesThatAreNoTextArrive() throws Exception {
        Outcome outcome =
                run(
                        "head -c 50000 /dev/zero | tr '\\0' x; echo; echo after",
                        "printf 'a\\377b\\000c\\n'");
        assertThat(outcome.heard().stdout(1)).isEqualTo("x".repeat(50_000) + "\nafter\n");
        assertThat(outcome.heard().stdout(2)).isEqualTo("a\uFFFDb\0c\n");
    }

    @Test
    protected void outputBelongsToTheCommandThatWroteIt() throws Exception {
        List<String> script = new ArrayList<>();
        for (int number = 1; number <= 40; number++) {
            script.add("echo out " + number + "; echo err " + number + " >&2; printf " + number);
        }
        Outcome outcome = run(spec(script, Map.of()));
        for (int number = 1; number <= 40; number++) {
            assertThat(outcome.heard().stdout(number)).isEqualTo("out " + number + "\n" + number);
            assertThat(outcome.heard().stderr(number)).isEqualTo("err " + number + "\n");
        }
    }

    @Test
    protected void optionsAndRedirectionsOfTheAuthorAreHisOwn() throws Exception {
        Outcome traced = run("set -x; echo a", "echo b", "set +x", "echo c");
        assertThat(traced.heard().stderr(1)).matches("\\++ echo a\n");
        assertThat(traced.heard().stderr(2)).matches("\\++ echo b\n");
        assertThat(traced.heard().stderr(4)).isEmpty();
        Outcome unset = run("set -u", "echo $nope", "echo c");
        assertThat(unset.heard().exitCodes()).hasSize(2);
        assertThat(unset.exit()).isNotEqualTo(new Exited(0));
        Outcome redirected = run("exec >file 2>&1", "echo a; echo b >&2", "exit 4");
        assertThat(redirected.transcript())
                .containsExactly(">1", "<1 0", ">2", "<2 0", ">3", "<3 4");
        assertThat(file("file")).isEqualTo("a\nb\n");
        assertThat(run("echo a > /dev/stderr", "echo b > /dev/stderr").heard().stderr(2))
                .isEqualTo("b\n");
    }

    @Test
    protected void scriptMayBeLong() throws Exception {
        String text = "it's €\n".repeat(25_000);
        Outcome outcome = run("cat <<'END'\n" + text + "END", "echo end");
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.heard().stdout(1)).isEqualTo(text);
        assertThat(outcome.heard().stdout(2)).isEqualTo("end\n");
    }

    @Test
    protected void commandThatCannotBeGivenToAShellIsRefused() throws Exception {
        assertThat(run("echo a", "echo \0").exit())
                .isInstanceOfSatisfying(
                        StepExit.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(Reason.CONTAINER_REFUSED);
                            assertThat(refused.message()).contains("command 2");
                        });
    }

    @Test
    protected void childThatKeepsOutputOpenDoesNotHoldUpTheEnd() throws Exception {
        long begin = System.nanoTime();
        Outcome outcome = run("sleep 300 & echo started", "echo end");
        assertThat(outcome.exit()).isEqualTo(new Exited(0));
        assertThat(outcome.heard().stdout(2)).isEqualTo("end\n");
        assertThat(System.nanoTime() - begin).isLessThan(30_000_000_000L);
    }

    @Test
    protected void unfinishedLineIsToldWhileTheCommandRuns() throws Exception {
        RecordingListener listener = new RecordingListener();
        RunningStep step =
                start(spec("printf 'Working'; while [ ! -e go ]; do sleep 0.05; done"), listener);
        listener.awaitText(1, "Working");
        Files.createFile(workspace.resolve("go"));
        assertThat(end(step)).isEqualTo(new Exited(0));
    }

    @Test
    protected void muchOutputNeedsLittleMemory() throws Exception {
        StepSpec spec = spec("yes " + "x".repeat(499) + " | head -c 200000000", "exit 5");
        try (StepProcess process =
                StepProcess.launch(outside().stepProcess(), "-Xmx40m", StepProcess.COUNT, spec)) {
            assertThat(process.awaitEnd()).isEqualTo("bytes 200000000 exit Exited[code=5]");
        }
    }

    @Test
    protected void listenerThatBlocksSlowsTheStepDown() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicLong heard = new AtomicLong();
        StepListener blocking =
                new StepListener() {
                    @Override
                    public void pulling(String message, OptionalLong done, OptionalLong all) {}

                    @Override
                    public void commandStarted(int command) {}

                    @Override
                    public void output(
                            int command, OutputChannel channel, OutputLine line, long position) {
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        heard.addAndGet(line.text().getBytes(UTF_8).length + 1);
                    }

                    @Override
                    public void commandFinished(int command, int exitCode) {}
                };
        String block = "x".repeat(999);
        RunningStep step =
                start(
                        spec(
                                "b=" + block,
                                "i=0; while [ $i -lt 20000 ]; do echo $b; i=$((i+1));"
                                        + " echo $i >> progress; done"),
                        blocking);
        RecordingListener.await(() -> !file("progress").isEmpty(), "output");
        awaitStandstill("progress");
        assertThat(file("progress").lines().count()).isLessThan(15_000);
        go.countDown();
        assertThat(end(step)).isEqualTo(new Exited(0));
        assertThat(heard).hasValue(20_000_000);
    }
}
