package dev.runnel.eventlog;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import dev.runnel.run.RunEvent;
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
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

/// Events with random and odd contents.
public final class SampleEvents {
    private static final String[] ODD = {
        "",
        " ",
        "\0",
        "\u001b[31mred\u001b[0m",
        "\uD800",
        "\uDC00x",
        "😀",
        "\u2028",
        "\"",
        "\\",
        "\t",
        "\u007f",
        "ä",
        "\uFFFD",
        "\uFEFF",
        "{\"t\":1}",
        "a\nb\r\n",
        "null"
    };

    private final Random random;

    public SampleEvents(Random random) {
        this.random = random;
    }

    /// One event of every type, in no order that a run would have.
    public List<RunEvent> oneOfEachType() {
        return List.of(
                new RunStateChanged(one(RunState.values()), maybe(this::reason), maybe(this::text)),
                new PipelineRead(text(), pipeline(), Map.of(text(), text())),
                new StepStateChanged(
                        number(),
                        text(),
                        random.nextInt(3),
                        one(StepState.values()),
                        maybe(this::reason),
                        maybe(() -> random.nextInt(256)),
                        maybe(this::text)),
                new StepKept(
                        number(),
                        text(),
                        new RunId(new UUID(random.nextLong(), random.nextLong()))),
                new StepWaits(
                        number(),
                        text(),
                        random.nextBoolean()
                                ? new StepWait.ForApproval()
                                : new StepWait.ForRetry(
                                        Instant.ofEpochMilli(random.nextLong(1L << 41)))),
                new StepApproved(number(), text()),
                new StepOutputs(number(), text(), Map.of("A", text(), "B", text())),
                new StepExpanded(
                        number(),
                        text(),
                        List.of(text(), text()),
                        List.of(
                                new StepExpanded.Part(number(), text(), text()),
                                new StepExpanded.Part(number(), text(), text()))),
                new ResultPushed(number(), text(), text()),
                new CommandStarted(number(), number(), text()),
                new CommandFinished(number(), number(), random.nextInt(256)),
                new OutputWritten(
                        number(),
                        number(),
                        one(OutputChannel.values()),
                        new OutputLine(text(), one(OutputLine.End.values()), random.nextBoolean())),
                new ProgressMade(
                        one(Activity.values()),
                        random.nextInt(4),
                        text(),
                        maybeLong(),
                        maybeLong()),
                new ProblemFound(
                        new Problem(
                                one(Problem.Severity.values()),
                                text(),
                                text(),
                                number(),
                                number(),
                                text(),
                                text(),
                                text())),
                new RunEnded(one(RunState.values()), random.nextLong()));
    }

    /// Text of a random length with odd characters in it.
    public String text() {
        StringBuilder text = new StringBuilder();
        int pieces = random.nextInt(8);
        for (int piece = 0; piece < pieces; piece++) {
            text.append(
                    random.nextBoolean()
                            ? ODD[random.nextInt(ODD.length)]
                            : Integer.toString(random.nextInt(), 36));
        }
        if (random.nextInt(20) == 0) {
            text.append("x".repeat(random.nextInt(16 * 1024)));
        }
        return text.toString();
    }

    private Pipeline pipeline() {
        return new SamplePipelines(random, this::text).next();
    }

    private int number() {
        return 1 + random.nextInt(5);
    }

    private Reason reason() {
        return one(Reason.values());
    }

    private <T> T one(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private <T> Optional<T> maybe(Supplier<T> value) {
        return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
    }

    private OptionalLong maybeLong() {
        return random.nextBoolean() ? OptionalLong.of(random.nextLong()) : OptionalLong.empty();
    }
}
