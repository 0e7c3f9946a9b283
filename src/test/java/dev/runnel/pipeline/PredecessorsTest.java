package dev.runnel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Random graphs against the rule said simply.
class PredecessorsTest {
    private static final int STEPS = 60;

    private final Random random = new Random(5);

    @Test
    void areTheStepsThatCountAndHaveToEndBefore() {
        for (int graph = 0; graph < 50; graph++) {
            Pipeline pipeline = randomPipeline();
            Set<Integer> counted = new TreeSet<>();
            IntStream.rangeClosed(1, STEPS).filter(_ -> random.nextBoolean()).forEach(counted::add);
            Predecessors predecessors =
                    new Predecessors(pipeline, step -> counted.contains(step.number()));
            for (Step step : pipeline.steps()) {
                Set<Integer> expected = new TreeSet<>();
                collect(pipeline, step, expected);
                expected.retainAll(counted);
                assertThat(predecessors.of(step.number())).containsExactlyElementsOf(expected);
            }
        }
    }

    @Test
    void areNoneWhenNoStepCounts() {
        Predecessors predecessors = new Predecessors(randomPipeline(), _ -> false);
        assertThat(IntStream.rangeClosed(1, STEPS)).allMatch(n -> predecessors.of(n).isEmpty());
    }

    private static void collect(Pipeline pipeline, Step step, Set<Integer> all) {
        for (int need : step.flow().needs()) {
            if (all.add(need)) {
                collect(pipeline, pipeline.step(need), all);
            }
        }
    }

    /// Steps may need later ones, as in files.
    private Pipeline randomPipeline() {
        List<Integer> order = new ArrayList<>(IntStream.rangeClosed(1, STEPS).boxed().toList());
        Collections.shuffle(order, random);
        List<Step> steps = new ArrayList<>();
        for (int number = 1; number <= STEPS; number++) {
            Set<Integer> needs = new TreeSet<>();
            int place = order.indexOf(number);
            for (int times = random.nextInt(4); times > 0 && place > 0; times--) {
                needs.add(order.get(random.nextInt(place)));
            }
            Step plain =
                    new Step(number, "s" + number, new Image("alpine"), List.of("true"), false);
            steps.add(
                    new Step(
                            number,
                            plain.name(),
                            plain.image(),
                            plain.script(),
                            false,
                            Flow.after(List.copyOf(needs)),
                            plain.attempts(),
                            plain.setting(),
                            plain.sidecars(),
                            plain.storage()));
        }
        return new Pipeline("default", "/work", steps);
    }
}
