package dev.runnel.bench;

import java.util.Arrays;
import java.util.List;

/// What `bench/queue` was asked for.
///
/// @param finished how many finished runs the table holds; growing
/// @param waiting how many runs wait
/// @param instances how many instances claim
/// @param claims how many claims are timed, by all instances together
/// @param probes how many requests are followed to their claim
record QueueOptions(
        List<Integer> finished,
        List<Integer> waiting,
        List<Integer> instances,
        int claims,
        int probes) {

    static final String HELP =
            """
            bench/queue [options]
              --finished N,N…   finished runs in the table, growing (0,100000,1000000)
              --waiting N,N…    runs that wait (1,10000,100000)
              --instances N,N…  instances that claim (1,2)
              --claims N        claims that are timed (2000)
              --probes N        requests that are followed to their claim (200)
            """;

    static QueueOptions parse(List<String> arguments) {
        QueueOptions options =
                new QueueOptions(
                        List.of(0, 100_000, 1_000_000),
                        List.of(1, 10_000, 100_000),
                        List.of(1, 2),
                        2000,
                        200);
        for (int place = 0; place < arguments.size(); place += 2) {
            if (place + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(place) + " needs a value");
            }
            options = options.with(arguments.get(place), arguments.get(place + 1));
        }
        return options;
    }

    private QueueOptions with(String option, String value) {
        return switch (option) {
            case "--finished" ->
                    new QueueOptions(numbers(value), waiting, instances, claims, probes);
            case "--waiting" ->
                    new QueueOptions(finished, numbers(value), instances, claims, probes);
            case "--instances" ->
                    new QueueOptions(finished, waiting, numbers(value), claims, probes);
            case "--claims" ->
                    new QueueOptions(finished, waiting, instances, Integer.parseInt(value), probes);
            case "--probes" ->
                    new QueueOptions(finished, waiting, instances, claims, Integer.parseInt(value));
            default -> throw new IllegalArgumentException(option + "?\n" + HELP);
        };
    }

    private static List<Integer> numbers(String value) {
        return Arrays.stream(value.split(",", -1)).map(Integer::valueOf).toList();
    }
}
