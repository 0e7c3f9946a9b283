package dev.runnel.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.attempt.RunControl;
import dev.runnel.eventlog.JournalClosed;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.run.Reason;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random graphs whose drivers are left and lost at random moments, against the rules said simply.
@Timeout(180)
class RandomGraphTest {
    private static final int GRAPHS = 25;

    @TempDir Path folder;

    /// What is to become of a step.
    private record Expected(StepState state, int attempts, int lines) {
        boolean letsOthersGoOn(boolean allowFailure) {
            return state == StepState.SUCCESSFUL
                    || state == StepState.SKIPPED
                    || (state == StepState.FAILED && allowFailure);
        }
    }

    /// A step as the rules see it.
    private record Node(
            List<Integer> needs,
            boolean always,
            boolean allowFailure,
            boolean skipped,
            int failures,
            int retries) {
        GraphStep step(Random random) {
            GraphStep step =
                    failures == 0
                            ? GraphStep.step("print a", "sleep " + random.nextInt(8), "print b")
                            : GraphStep.step("print a", "fail " + failures, "print b");
            step.needs(needs.toArray(Integer[]::new));
            if (always) {
                step.always();
            }
            if (allowFailure) {
                step.allowFailure();
            }
            if (skipped) {
                step.when("variables.NONE == 'x'");
            }
            if (retries > 0) {
                step.retry(retries, Duration.ofMillis(random.nextInt(10)));
            }
            if (random.nextInt(5) == 0) {
                step.isolated();
            }
            return step;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyRunEndsAsTheRulesSay(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < GRAPHS; round++) {
            List<Node> nodes = nodes(random);
            Pipeline pipeline =
                    GraphStep.pipeline(nodes.stream().map(node -> node.step(random)).toList());
            GraphFixture graph =
                    new GraphFixture(folder.resolve("r" + round), 1 + random.nextInt(4));
            Run run = driveWithTrouble(graph, pipeline, random);
            check(graph, pipeline, run, expected(nodes, pipeline), nodes);
        }
    }

    private static Expected of(Map<Integer, Expected> expected, int step) {
        return Objects.requireNonNull(expected.get(step));
    }

    private static List<Node> nodes(Random random) {
        int size = 1 + random.nextInt(12);
        // the order in which they may need each other is not that of their numbers
        List<Integer> order = new ArrayList<>();
        for (int number = 1; number <= size; number++) {
            order.add(random.nextInt(order.size() + 1), number);
        }
        Map<Integer, Node> byNumber = new HashMap<>();
        for (int at = 0; at < size; at++) {
            Set<Integer> needs = new HashSet<>();
            for (int count = random.nextInt(3); count > 0 && at > 0; count--) {
                needs.add(order.get(random.nextInt(at)));
            }
            byNumber.put(
                    order.get(at),
                    new Node(
                            needs.stream().sorted().toList(),
                            random.nextInt(6) == 0,
                            random.nextInt(5) == 0,
                            random.nextInt(7) == 0,
                            random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0,
                            random.nextInt(3)));
        }
        List<Node> nodes = new ArrayList<>();
        for (int number = 1; number <= size; number++) {
            nodes.add(byNumber.get(number));
        }
        return nodes;
    }

    private static Map<Integer, Expected> expected(List<Node> nodes, Pipeline pipeline) {
        Map<Integer, Expected> expected = new HashMap<>();
        pipeline.inOrder()
                .forEach(step -> {
                    Node node = nodes.get(step.number() - 1);
                    boolean blocked =
                            !node.always()
                                    && !node.needs().stream()
                                            .allMatch(need ->
                                                    of(expected, need)
                                                            .letsOthersGoOn(
                                                                    nodes.get(need - 1)
                                                                            .allowFailure()));
                    if (blocked) {
                        expected.put(step.number(), new Expected(StepState.ABORTED, 0, 0));
                    } else if (node.skipped()) {
                        expected.put(step.number(), new Expected(StepState.SKIPPED, 0, 0));
                    } else if (node.failures() > node.retries()) {
                        int attempts = node.retries() + 1;
                        expected.put(
                                step.number(), new Expected(StepState.FAILED, attempts, attempts));
                    } else {
                        int attempts = node.failures() + 1;
                        expected.put(
                                step.number(),
                                new Expected(StepState.SUCCESSFUL, attempts, attempts + 1));
                    }
                });
        return expected;
    }

    /// Has a driver let go or die every now and then; what was not stored is lost with it.
    private static Run driveWithTrouble(GraphFixture graph, Pipeline pipeline, Random random)
            throws Exception {
        Run run = GraphFixture.requested();
        graph.log.begin(run);
        while (!run.ended()) {
            long fence = graph.log.raiseFence(run.id());
            RunControl control = GraphFixture.control();
            Run from = run;
            CompletableFuture<Run> driven = new CompletableFuture<>();
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            driven.complete(graph.drive(from, pipeline, control, fence));
                        } catch (JournalClosed e) {
                            driven.complete(from);
                        } catch (InterruptedException | RuntimeException | Error e) {
                            driven.completeExceptionally(e);
                        }
                    });
            try {
                driven.get(
                        random.nextInt(3) == 0 ? 30_000 : random.nextInt(40),
                        TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (random.nextBoolean()) {
                    graph.fenced = true;
                    graph.log.raiseFence(run.id());
                }
                control.leave();
                awaitEnd(driven);
            }
            run = graph.log.run(run.id());
        }
        return run;
    }

    private static void awaitEnd(CompletableFuture<Run> driven) throws Exception {
        try {
            driven.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a driver failed", e);
        }
    }

    private static void check(
            GraphFixture graph,
            Pipeline pipeline,
            Run run,
            Map<Integer, Expected> expected,
            List<Node> nodes) {
        for (StepRun step : run.steps()) {
            Expected wanted = of(expected, step.number());
            assertThat(step.state()).as("%s of %s", step, nodes).isEqualTo(wanted.state());
            assertThat(step.attempt()).as("%s", step).isEqualTo(wanted.attempts());
            if (wanted.state() == StepState.ABORTED) {
                assertThat(step.reason()).contains(Reason.EARLIER_STEP);
            }
        }
        boolean failed =
                run.steps().stream()
                        .anyMatch(step ->
                                step.state() == StepState.FAILED
                                        && !nodes.get(step.number() - 1).allowFailure());
        assertThat(run.state()).isEqualTo(failed ? RunState.FAILED : RunState.SUCCESSFUL);
        checkOrder(graph.events(run.id()), pipeline, expected);
        // who has lost a run removes nothing of it any more; the janitor does
        if (!graph.fenced) {
            assertThat(graph.executor.leftovers()).isEmpty();
        }
        assertThat(graph.places.taken()).isZero();
    }

    private static void checkOrder(
            List<RunEvent> events, Pipeline pipeline, Map<Integer, Expected> expected) {
        Map<Integer, StepState> states = new HashMap<>();
        Map<Integer, Integer> lines = new HashMap<>();
        for (RunEvent event : events) {
            if (event instanceof OutputWritten output) {
                lines.merge(output.step(), 1, Integer::sum);
            }
            if (event instanceof StepStateChanged changed) {
                if (changed.state() == StepState.IN_PROGRESS) {
                    for (int need : pipeline.step(changed.step()).flow().needs()) {
                        assertThat(states.get(need)).isEqualTo(of(expected, need).state());
                    }
                }
                states.put(changed.step(), changed.state());
            }
        }
        expected.forEach((step, wanted) ->
                assertThat(lines.getOrDefault(step, 0)).isEqualTo(wanted.lines()));
    }
}
