package dev.runnel.group;

import dev.runnel.run.RunId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Concurrency groups in memory.
public final class MemoryStepGroups implements StepGroups {
    private final Leases leases;
    private final List<Place> line = new ArrayList<>();
    private final Set<Place> held = new HashSet<>();
    private final List<Consumer<RunId>> listeners = new CopyOnWriteArrayList<>();

    private record Place(RunId run, int first, String group) {}

    /// What a store knows of runs.
    public interface Leases {
        /// Every run is driven, for ever.
        Leases ALL =
                new Leases() {
                    @Override
                    public boolean isDriven(RunId run) {
                        return true;
                    }

                    @Override
                    public boolean isHeld(RunId run, long fence) {
                        return true;
                    }

                    @Override
                    public boolean hasEnded(RunId run) {
                        return false;
                    }
                };

        boolean isDriven(RunId run);

        boolean isHeld(RunId run, long fence);

        boolean hasEnded(RunId run);
    }

    public MemoryStepGroups(Leases leases) {
        this.leases = leases;
    }

    @Override
    public Standing stand(Holder holder, String group) {
        Optional<RunId> passed;
        Standing standing;
        synchronized (this) {
            if (!leases.isHeld(holder.run(), holder.fence())) {
                return new Standing(false, Optional.empty());
            }
            Place place =
                    find(holder)
                            .orElseGet(() -> {
                                Place added = new Place(holder.run(), holder.first(), group);
                                line.add(added);
                                return added;
                            });
            passed = settle(place.group);
            standing = new Standing(held.contains(place), holderOf(place.group));
        }
        passed.filter(run -> !run.equals(holder.run())).ifPresent(this::tell);
        return standing;
    }

    @Override
    public void leave(Holder holder) {
        Optional<RunId> passed;
        synchronized (this) {
            Optional<Place> place = find(holder);
            if (place.isEmpty() || !leases.isHeld(holder.run(), holder.fence())) {
                return;
            }
            line.remove(place.get());
            held.remove(place.get());
            passed = settle(place.get().group);
        }
        passed.ifPresent(this::tell);
    }

    private Optional<Place> find(Holder holder) {
        return line.stream()
                .filter(place -> place.run.equals(holder.run()) && place.first == holder.first())
                .findFirst();
    }

    private Optional<RunId> holderOf(String group) {
        return held.stream()
                .filter(place -> place.group.equals(group))
                .map(place -> place.run)
                .findFirst();
    }

    private Optional<RunId> settle(String group) {
        line.removeIf(place -> place.group.equals(group) && leases.hasEnded(place.run));
        held.retainAll(line);
        if (holderOf(group).isPresent()) {
            return Optional.empty();
        }
        Optional<Place> first =
                line.stream()
                        .filter(place -> place.group.equals(group) && leases.isDriven(place.run))
                        .findFirst();
        first.ifPresent(held::add);
        return first.map(place -> place.run);
    }

    private void tell(RunId run) {
        listeners.forEach(listener -> listener.accept(run));
    }

    @Override
    public AutoCloseable onPassed(Consumer<RunId> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
