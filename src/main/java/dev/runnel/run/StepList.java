package dev.runnel.run;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/// The steps of a run, immutable. A list with one step changed shares nearly everything with the
/// one before, so that a run of many steps does not copy them all for each of its events.
final class StepList extends AbstractList<StepRun> implements RandomAccess {
    private static final int BLOCK = 64;

    private final List<List<StepRun>> blocks;
    private final int size;

    private StepList(List<List<StepRun>> blocks, int size) {
        this.blocks = blocks;
        this.size = size;
    }

    static StepList of(Collection<StepRun> steps) {
        if (steps instanceof StepList list) {
            return list;
        }
        List<StepRun> all = List.copyOf(steps);
        List<List<StepRun>> blocks = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BLOCK) {
            blocks.add(List.copyOf(all.subList(from, Math.min(from + BLOCK, all.size()))));
        }
        return new StepList(List.copyOf(blocks), all.size());
    }

    /// The same list but for one step.
    StepList with(int index, StepRun step) {
        Objects.checkIndex(index, size);
        return new StepList(
                replaced(
                        blocks,
                        index / BLOCK,
                        replaced(blocks.get(index / BLOCK), index % BLOCK, step)),
                size);
    }

    private static <T> List<T> replaced(List<T> list, int index, T value) {
        List<T> changed = new ArrayList<>(list);
        changed.set(index, value);
        return List.copyOf(changed);
    }

    @Override
    public StepRun get(int index) {
        Objects.checkIndex(index, size);
        return blocks.get(index / BLOCK).get(index % BLOCK);
    }

    @Override
    public int size() {
        return size;
    }
}
