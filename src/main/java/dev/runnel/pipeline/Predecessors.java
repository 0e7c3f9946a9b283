package dev.runnel.pipeline;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which of some steps of a pipeline have to end before a step starts, because it needs them, or
/// needs what needs them. Found out once for all steps, in time in proportion to their needs and
/// the steps asked for.
public final class Predecessors {
    private final List<Integer> wanted = new ArrayList<>();
    // by the number of a step, the places in `wanted` of those before it; null when there is none
    private final @Nullable BitSet[] before;

    /// @param asked the steps that count
    public Predecessors(Pipeline pipeline, Predicate<Step> asked) {
        before = new @Nullable BitSet[pipeline.steps().size() + 1];
        int[] places = new int[before.length];
        for (Step step : pipeline.steps()) {
            if (asked.test(step)) {
                wanted.add(step.number());
                places[step.number()] = wanted.size();
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        for (Step step : pipeline.inOrder()) {
            BitSet all = new BitSet();
            for (int need : step.flow().needs()) {
                @Nullable BitSet further = before[need];
                if (further != null) {
                    all.or(further);
                }
                if (places[need] > 0) {
                    all.set(places[need] - 1);
                }
            }
            before[step.number()] = all.isEmpty() ? null : all;
        }
    }

    /// Numbers of the steps that count and come before the one with this number, ascending.
    public List<Integer> of(int step) {
        @Nullable BitSet places = before[step];
        return places == null
                ? List.of()
                : places.stream().mapToObj(place -> wanted.get(place)).toList();
    }
}
