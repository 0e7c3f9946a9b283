package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.EventLog.StepPosition;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A run in the hands of one writer: makes the chunks that the writer appends.
public final class DrivenRun {
    private static final Instant START = Instant.parse("2026-05-06T07:08:09.123456Z");

    private final long fence;
    private Run run;

    public DrivenRun(Run run, long fence) {
        this.run = run;
        this.fence = fence;
    }

    /// A run that was requested just now.
    public static Run requested() {
        return requested("https://git.example/team/job.git");
    }

    public static Run requested(String url) {
        return requested(url, Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    public static Run requested(String url, Instant at) {
        return Run.requested(RunId.at(at, RandomGenerator.getDefault()), RunRequest.of(url), at);
    }

    public static Pipeline pipeline() {
        return new Pipeline(
                "default",
                "/opt/work",
                List.of(
                        new Step(1, "build", new Image("alpine:3"), List.of("a", "b"), false),
                        new Step(2, "test", new Image("python:3.13"), List.of("c\0d"), true)));
    }

    public RunId id() {
        return run.id();
    }

    public Run run() {
        return run;
    }

    public long fence() {
        return fence;
    }

    /// The next events; the run is then after them.
    public Chunk chunk(RunEvent... events) {
        return chunk(Map.of(), events);
    }

    public Chunk chunk(Map<StepAttempt, StepPosition> positions, RunEvent... events) {
        List<RecordedEvent> recorded = new ArrayList<>();
        for (RunEvent event : events) {
            long seq = run.events() + 1;
            recorded.add(new RecordedEvent(seq, START.plus(Duration.ofMillis(seq)), event));
            run = run.after(recorded.getLast());
        }
        return new Chunk(fence, recorded, run, positions);
    }

    /// This many lines of output, numbered on from the events so far.
    public Chunk lines(int count) {
        OutputWritten[] lines = new OutputWritten[count];
        for (int line = 0; line < count; line++) {
            lines[line] = output("line " + (run.events() + line + 1));
        }
        return chunk(lines);
    }

    /// The events that bring a new run to where its first step prints.
    public Chunk begin() {
        return chunk(
                RunStateChanged.to(RunState.PENDING),
                RunStateChanged.to(RunState.IN_PROGRESS),
                new PipelineRead("0".repeat(40), pipeline()),
                step(1, "build", 1, StepState.IN_PROGRESS));
    }

    public static OutputWritten output(String text) {
        return new OutputWritten(1, 1, OutputChannel.STDOUT, OutputLine.of(text));
    }

    public static StepStateChanged step(int number, String name, int attempt, StepState state) {
        return new StepStateChanged(
                number, name, attempt, state, Optional.empty(), Optional.empty(), Optional.empty());
    }
}
