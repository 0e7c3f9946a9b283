package dev.runnel.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.aerunner.RunObject;
import dev.runnel.artifact.FolderArtifacts;
import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.StepEnvironment;
import dev.runnel.eventlog.DrivenRun;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepPlaces;
import dev.runnel.executor.StepSpec.Limits;
import dev.runnel.group.MemoryStepGroups;
import dev.runnel.masking.MemoryRegisteredValues;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.Rerun;
import dev.runnel.run.RunState;
import dev.runnel.sealing.SecretBox;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.stream.EventFilter;
import dev.runnel.stream.EventRendering;
import dev.runnel.stream.EventRendering.Framing;
import dev.runnel.workspace.SnapshotSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class MaskedRunTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final RunRequest REQUEST =
            RunRequest.of("url").withSecrets(Map.of("TOKEN", "open-sesame", "PIN", "123"));

    @TempDir Path folder;

    private final ScriptedExecutor executor = new ScriptedExecutor();
    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRegisteredValues values = new MemoryRegisteredValues();

    @Test
    void secretsOfTheRequestAreMaskedInOutputAndInstructions() throws Exception {
        Run run = drive(requested(REQUEST), "print open-sesame;print 123", new RunControl(GRACE));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(lines()).containsExactly("***", "123");
        assertThat(instructions()).containsExactly("print ***", "print 123");
        assertThat(progress()).containsExactly("not masked, having fewer than 4 characters: PIN");
    }

    @Test
    void aSecretInThePipelineFileIsExecutedAndNotShown() throws Exception {
        RunControl control = new RunControl(GRACE);
        Thread leaving = leaveOnceItPrinted(control);
        String file = "print open-sesame;hang;print never\nprint b3Blbi1zZXNhbWU=;print x";
        Run left = drive(requested(REQUEST), file, control);
        leaving.join();
        executor.endHanging();
        Run run = drive(left, file, new RunControl(GRACE));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(run.steps().get(0).commands().getFirst().instruction()).isEqualTo("print ***");
        assertThat(run.steps().get(1).commands().getFirst().instruction()).startsWith("print ***");
        assertThat(run.steps().get(1).commands().get(1).instruction()).isEqualTo("print x");
        // the second driver read the pipeline from the log, and executed what it says
        assertThat(executor.started().getLast().commands())
                .containsExactly("print b3Blbi1zZXNhbWU=", "print x");
        String shown =
                new String(
                        new EventRendering(EventFilter.ALL, Framing.SSE)
                                .render(run.id(), log.all()),
                        StandardCharsets.UTF_8);
        assertThat(shown)
                .contains("\"commands\":[\"print ***\"")
                .doesNotContain("open-sesame", "b3Blbi1zZXNhbWU");
        assertThat(RunObject.of(run, (_, _) -> List.of()).toJson().toString())
                .contains("print ***")
                .doesNotContain("open-sesame", "b3Blbi1zZXNhbWU");
    }

    @Test
    void stepsFindTheSecretsInTheirEnvironment() {
        Run run = requested(REQUEST);
        Step step = new Step(1, "a", new Image("alpine"), List.of("x"), false);
        assertThat(StepEnvironment.of(run, DrivenRun.pipeline(), step, 1, Map.of(), "/work"))
                .containsEntry("TOKEN", "open-sesame")
                .containsEntry("PIN", "123");
    }

    @Test
    void aRunWhoseSecretsCannotBeReadFailsAndSaysWhichKeyIsMissing() throws Exception {
        SecretBox box = new SecretBox(new byte[SecretBox.KEY_BYTES], List.of());
        RunRequest sealed = RunRequest.of("url").withSecrets(Map.of("TOKEN", box.seal("a")));
        Run run = drive(requested(sealed), "print x", new RunControl(GRACE));
        assertThat(run.ended()).isTrue();
        assertThat(run.reason()).contains(Reason.SECRETS_UNREADABLE);
        assertThat(run.message().orElseThrow()).contains(box.keyId(), "runnel.secrets.key");
        assertThat(executor.started()).isEmpty();
    }

    @Test
    void aRegisteredValueIsMaskedInLaterStepsAndInInstructions() throws Exception {
        drive(
                requested(RunRequest.of("url")),
                "print ::runnel-mask::hunter22\nprint hunter22",
                new RunControl(GRACE));
        assertThat(lines()).containsExactly("::runnel-mask::***", "***");
        assertThat(instructions()).last().isEqualTo("print ***");
    }

    @Test
    void whoeverTakesARunOverMasksWhatWasRegisteredBefore() throws Exception {
        RunControl control = new RunControl(GRACE);
        Thread leaving = leaveOnceItPrinted(control);
        String file = "print ::runnel-mask::hunter22;hang;print never\nprint hunter22";
        Run left = drive(requested(RunRequest.of("url")), file, control);
        leaving.join();
        assertThat(left.state()).isEqualTo(RunState.IN_PROGRESS);
        executor.endHanging();
        Run run = drive(left, file, new RunControl(GRACE));
        assertThat(run.state()).isEqualTo(RunState.SUCCESSFUL);
        assertThat(lines()).containsExactly("::runnel-mask::***", "***");
    }

    @Test
    void aRerunKnowsWhatTheStepsRegisteredThatItDoesNotRunAgain() throws Exception {
        Run first =
                drive(
                        requested(RunRequest.of("url")),
                        "print ::runnel-mask::hunter22\nexit 1",
                        new RunControl(GRACE));
        Rerun rerun =
                new Rerun(first.id(), first.revision(), Map.of(1, first.id()), Optional.empty());
        drive(
                requested(first.request().repeating(rerun, Map.of())),
                "print hunter22",
                new RunControl(GRACE));
        assertThat(lines()).last().isEqualTo("***");
    }

    private Thread leaveOnceItPrinted(RunControl control) {
        return Thread.ofVirtual()
                .start(() -> {
                    while (log.all().stream().noneMatch(MaskedRunTest::isOutput)) {
                        pause();
                    }
                    control.leave();
                });
    }

    private Run drive(Run run, String file, RunControl control) throws InterruptedException {
        DriverSettings settings =
                new DriverSettings(
                        "test",
                        folder.resolve("workspaces"),
                        SnapshotSettings.OFF,
                        new Limits(1 << 28, 1, 100),
                        Duration.ofMinutes(1),
                        1 << 20,
                        1 << 24,
                        GRACE,
                        Duration.ofMinutes(1),
                        Optional.empty());
        RunDrivers drivers =
                new RunDrivers(
                        new MemoryRunStore(new MemoryEventLog(), Clock.systemUTC()),
                        new MemoryStepGroups(MemoryStepGroups.Leases.ALL),
                        new FolderSource(file),
                        List.of(new LinesFormat()),
                        executor,
                        log,
                        values,
                        FolderArtifacts.in(folder),
                        settings,
                        new StepPlaces(10),
                        CLOCK);
        try (RunJournal journal = new RunJournal(log, run, 1, CLOCK)) {
            RunDriver driver = drivers.driver(journal, control);
            driver.drive();
            driver.cleanUp();
            return journal.run();
        }
    }

    private static Run requested(RunRequest request) {
        RunId id = RunId.at(CLOCK.instant(), RandomGenerator.getDefault());
        return Run.requested(id, request, CLOCK.instant());
    }

    private static boolean isOutput(RecordedEvent recorded) {
        return recorded.event() instanceof OutputWritten;
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> lines() {
        return log.all().stream()
                .filter(MaskedRunTest::isOutput)
                .map(recorded -> ((OutputWritten) recorded.event()).line().text())
                .toList();
    }

    private List<String> instructions() {
        return log.all().stream()
                .map(RecordedEvent::event)
                .filter(CommandStarted.class::isInstance)
                .map(event -> ((CommandStarted) event).instruction())
                .toList();
    }

    private List<String> progress() {
        return log.all().stream()
                .map(RecordedEvent::event)
                .filter(event ->
                        event instanceof ProgressMade made && made.activity() == Activity.MASK)
                .map(event -> ((ProgressMade) event).message())
                .toList();
    }
}
