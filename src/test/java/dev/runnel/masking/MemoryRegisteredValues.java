package dev.runnel.masking;

import dev.runnel.run.RunId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Registered values in memory.
public final class MemoryRegisteredValues implements RegisteredValues {
    private final Map<RunId, Set<String>> values = new ConcurrentHashMap<>();

    @Override
    public void keep(RunId run, String value) {
        values.computeIfAbsent(run, _ -> ConcurrentHashMap.newKeySet()).add(value);
    }

    @Override
    public Set<String> of(Collection<RunId> runs) {
        Set<String> all = new HashSet<>();
        runs.forEach(run -> all.addAll(values.getOrDefault(run, Set.of())));
        return all;
    }
}
