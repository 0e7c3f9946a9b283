package dev.runnel.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Looks for steps that need each other in a circle, so that none of them could ever start.
public final class Circle {
    private Circle() {}

    /// The numbers of steps of which each needs the next, and the last the first; empty when there
    /// is no such circle.
    ///
    /// @param needs for the steps from number 1 on, the numbers of those that each needs
    public static List<Integer> find(List<List<Integer>> needs) {
        int[] awaited = awaited(needs);
        int start =
                IntStream.range(1, awaited.length)
                        .filter(n -> awaited[n] > 0)
                        .findFirst()
                        .orElse(0);
        Map<Integer, Integer> seen = new LinkedHashMap<>();
        List<Integer> way = new ArrayList<>();
        int current = start;
        // of those that never get their turn each needs another one of them
        while (current > 0 && seen.putIfAbsent(current, way.size()) == null) {
            way.add(current);
            current =
                    needs.get(current - 1).stream()
                            .filter(need -> awaited[need] > 0)
                            .findFirst()
                            .orElse(0);
        }
        return List.copyOf(way.subList(seen.getOrDefault(current, 0), way.size()));
    }

    /// For each number how many needs are left when all steps ran that can.
    private static int[] awaited(List<List<Integer>> needs) {
        int[] awaited = new int[needs.size() + 1];
        List<List<Integer>> waiting = new ArrayList<>();
        IntStream.rangeClosed(0, needs.size()).forEach(_ -> waiting.add(new ArrayList<>()));
        List<Integer> ready = new ArrayList<>();
        for (int number = 1; number <= needs.size(); number++) {
            List<Integer> own = needs.get(number - 1);
            awaited[number] = own.size();
            for (int need : own) {
                waiting.get(need).add(number);
            }
            if (own.isEmpty()) {
                ready.add(number);
            }
        }
        for (int index = 0; index < ready.size(); index++) {
            for (int next : waiting.get(ready.get(index))) {
                if (--awaited[next] == 0) {
                    ready.add(next);
                }
            }
        }
        return awaited;
    }
}
