package dev.runnel.bench;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/// What `bench/run` was asked for.
///
/// @param server a server that runs already; empty: one is started
/// @param rounds how often the quick measurements are repeated
/// @param lines how many lines the long output has
/// @param image an image that the engine has
/// @param only the letters of the wanted measurements; empty: all
/// @param executor where the started server runs steps
/// @param heap most heap of the started server
record BenchOptions(
        Optional<URI> server,
        int rounds,
        int lines,
        String image,
        String only,
        String executor,
        String heap) {

    static final String HELP =
            """
            bench/run [options]
              --server URL     measure this server, not one that is started for it; it has to read
                               file: repositories (RUNNEL_GIT_ALLOWED_SCHEMES=https,ssh,file)
              --rounds N       how often the quick ones are repeated (20)
              --lines N        how many lines (d) prints (1000000)
              --image NAME     an image that the engine has (alpine)
              --only LETTERS   which of a, b, c, d (abcd)
              --executor NAME  where the started server runs steps (docker)
              --heap SIZE      most heap of the started server (256m)
            """;

    static BenchOptions parse(List<String> arguments) {
        BenchOptions options =
                new BenchOptions(
                        Optional.empty(), 20, 1_000_000, "alpine", "abcd", "docker", "256m");
        for (int place = 0; place < arguments.size(); place += 2) {
            if (place + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(place) + " needs a value");
            }
            options = options.with(arguments.get(place), arguments.get(place + 1));
        }
        return options;
    }

    boolean wants(char measurement) {
        return only.indexOf(measurement) >= 0;
    }

    private BenchOptions with(String option, String value) {
        return switch (option) {
            case "--server" ->
                    new BenchOptions(
                            Optional.of(URI.create(value)),
                            rounds,
                            lines,
                            image,
                            only,
                            executor,
                            heap);
            case "--rounds" ->
                    new BenchOptions(
                            server, Integer.parseInt(value), lines, image, only, executor, heap);
            case "--lines" ->
                    new BenchOptions(
                            server, rounds, Integer.parseInt(value), image, only, executor, heap);
            case "--image" -> new BenchOptions(server, rounds, lines, value, only, executor, heap);
            case "--only" -> new BenchOptions(server, rounds, lines, image, value, executor, heap);
            case "--executor" -> new BenchOptions(server, rounds, lines, image, only, value, heap);
            case "--heap" -> new BenchOptions(server, rounds, lines, image, only, executor, value);
            default -> throw new IllegalArgumentException(option + "?\n" + HELP);
        };
    }
}
