package dev.runnel.api;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Writes the log of a run as a driver would, under a lease.
public final class RunWriter {
    /// A revision.
    public static final String REVISION = "0123456789abcdef0123456789abcdef01234567";

    private static final AtomicLong LAST = new AtomicLong();

    private final EventLog log;
    private final long fence;
    private Run run;

    private RunWriter(EventLog log, RunStore.Claim claim) {
        this.log = log;
        this.fence = claim.lease().fence();
        this.run = claim.run();
    }

    /// Stores a new run and takes it.
    public static RunWriter submit(RunStore store, EventLog log, RunRequest request) {
        Instant now = nextMillisecond();
        Run run = Run.requested(RunId.at(now, RandomGenerator.getDefault()), request, now);
        store.submit(run, Optional.empty());
        return take(store, log, run.id());
    }

    /// A time of its own for every run, since ids of the same millisecond have no order.
    private static Instant nextMillisecond() {
        long millis = LAST.updateAndGet(last -> Math.max(last + 1, Instant.now().toEpochMilli()));
        return Instant.ofEpochMilli(millis);
    }

    /// Takes a run that is stored.
    public static RunWriter take(RunStore store, EventLog log, RunId id) {
        return new RunWriter(log, store.claim(id, "test", Duration.ofMinutes(10)).orElseThrow());
    }

    public RunId id() {
        return run.id();
    }

    /// The run after everything that was written.
    public Run run() {
        return run;
    }

    /// Writes events as one chunk.
    public RunWriter write(RunEvent... events) {
        List<RecordedEvent> recorded = new ArrayList<>();
        for (RunEvent event : events) {
            RecordedEvent next =
                    new RecordedEvent(
                            run.events() + 1, Instant.now().truncatedTo(ChronoUnit.MICROS), event);
            recorded.add(next);
            run = run.after(next);
        }
        try {
            log.append(new Chunk(fence, recorded, run, Map.of()));
        } catch (FencedOff e) {
            throw new AssertionError("the writer holds the lease", e);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the writer", e);
        }
        return this;
    }

    /// Everything up to the first command of the first step.
    public RunWriter begin(Step... steps) {
        if (run.events() == 0) {
            write(RunStateChanged.to(RunState.PENDING));
        }
        write(
                RunStateChanged.to(RunState.IN_PROGRESS),
                new PipelineRead(REVISION, new Pipeline("default", "/workspace", List.of(steps))));
        return startStep(1);
    }

    /// The start of a step and of its first command.
    public RunWriter startStep(int number) {
        write(stepState(number, StepState.IN_PROGRESS, Optional.empty(), Optional.empty()));
        return write(
                new CommandStarted(
                        number, 1, run.step(number).commands().getFirst().instruction()));
    }

    /// Complete lines of the first command's standard output.
    public RunWriter print(int step, String... lines) {
        RunEvent[] events = new RunEvent[lines.length];
        for (int index = 0; index < lines.length; index++) {
            events[index] =
                    new OutputWritten(step, 1, OutputChannel.STDOUT, OutputLine.of(lines[index]));
        }
        return write(events);
    }

    /// The end of a step whose first command was its last.
    public RunWriter finishStep(int number) {
        return write(
                new CommandFinished(number, 1, 0),
                stepState(number, StepState.SUCCESSFUL, Optional.empty(), Optional.of(0)));
    }

    /// The end of a step and of the run, both failed.
    public RunWriter fail(int step, int exitCode) {
        write(
                new CommandFinished(step, 1, exitCode),
                stepState(
                        step,
                        StepState.FAILED,
                        Optional.of(Reason.EXIT_CODE),
                        Optional.of(exitCode)));
        return end(RunState.FAILED, Optional.of(Reason.EXIT_CODE));
    }

    /// The end of the run.
    public RunWriter end(RunState state, Optional<Reason> reason) {
        write(new RunStateChanged(state, reason, reason.map(Reason::code)));
        return write(new RunEnded(state, run.events() + 1));
    }

    /// A step of one command.
    public static Step step(int number, String name, String instruction) {
        return new Step(number, name, new Image("alpine"), List.of(instruction), false);
    }

    private StepStateChanged stepState(
            int number, StepState state, Optional<Reason> reason, Optional<Integer> exitCode) {
        return new StepStateChanged(
                number,
                run.step(number).name(),
                1,
                state,
                reason,
                exitCode,
                reason.map(Reason::code));
    }
}
