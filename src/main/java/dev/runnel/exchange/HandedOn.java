package dev.runnel.exchange;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Predecessors;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Run;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which values a step finds that others gave: those of the steps that it needs, directly or not.
/// When several gave the same variable, the one counts that comes last in the order in which they
/// had to run; of those that may run at the same time, the later one in the file. Safe for any
/// number of threads.
public final class HandedOn {
    private final Predecessors givers;
    // by number, the place in an order in which every step comes after what it needs
    private final int[] places;

    /// @param pipeline as it was read; what becomes of its `foreach` steps changes nothing
    public HandedOn(Pipeline pipeline) {
        givers = new Predecessors(pipeline, HandedOn::gives);
        places = new int[pipeline.steps().size() + 1];
        if (pipeline.steps().stream().noneMatch(HandedOn::gives)) {
            return;
        }
        int place = 0;
        for (Step step : pipeline.inOrder()) {
            places[step.number()] = place++;
        }
    }

    private static boolean gives(Step step) {
        return !step.exchange().outputs().variables().isEmpty();
    }

    /// The values by the names of their variables.
    ///
    /// @param step number of the step
    public Map<String, String> to(Run run, int step) {
        Map<String, String> values = new HashMap<>();
        givers(run, step).forEach(giver -> values.putAll(giver.outputs()));
        return values;
    }

    /// The values by the names of the steps that gave them and of their variables.
    ///
    /// @param step number of the step
    public Map<String, Map<String, String>> byStep(Run run, int step) {
        Map<String, Map<String, String>> values = new HashMap<>();
        givers(run, step).forEach(giver -> values.put(giver.name(), giver.outputs()));
        return values;
    }

    private List<StepRun> givers(Run run, int step) {
        // a part needs what the whole needs
        int asking = run.step(step).origin().map(Origin::parent).orElse(step);
        List<Integer> numbers = new ArrayList<>(givers.of(asking));
        numbers.sort(Comparator.comparingInt(number -> places[number]));
        return numbers.stream().map(run::step).toList();
    }
}
