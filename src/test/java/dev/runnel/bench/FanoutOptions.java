package dev.runnel.bench;

import java.util.List;

/// What `bench/fanout` was asked for.
///
/// @param clients how many follow the run
/// @param rate lines a second that it prints
/// @param seconds how long it prints
/// @param floods how many runs beside it print without end
/// @param image an image that the engine has
/// @param executor where the server runs steps
/// @param heap most heap of the server
record FanoutOptions(
        int clients,
        int rate,
        int seconds,
        int floods,
        String image,
        String executor,
        String heap) {

    static final String HELP =
            """
            bench/fanout [options]
              --clients N      clients that follow the run (2000)
              --rate N         lines a second that it prints (100)
              --seconds N      how long it prints (30)
              --floods N       runs beside it that print without end (0)
              --image NAME     an image that the engine has (alpine)
              --executor NAME  where the server runs steps (docker)
              --heap SIZE      most heap of the server (256m)
            """;

    static FanoutOptions parse(List<String> arguments) {
        FanoutOptions options = new FanoutOptions(2000, 100, 30, 0, "alpine", "docker", "256m");
        for (int place = 0; place < arguments.size(); place += 2) {
            if (place + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(place) + " needs a value");
            }
            options = options.with(arguments.get(place), arguments.get(place + 1));
        }
        return options;
    }

    private FanoutOptions with(String option, String value) {
        return switch (option) {
            case "--clients" ->
                    new FanoutOptions(
                            Integer.parseInt(value), rate, seconds, floods, image, executor, heap);
            case "--rate" ->
                    new FanoutOptions(
                            clients,
                            Integer.parseInt(value),
                            seconds,
                            floods,
                            image,
                            executor,
                            heap);
            case "--seconds" ->
                    new FanoutOptions(
                            clients, rate, Integer.parseInt(value), floods, image, executor, heap);
            case "--floods" ->
                    new FanoutOptions(
                            clients, rate, seconds, Integer.parseInt(value), image, executor, heap);
            case "--image" ->
                    new FanoutOptions(clients, rate, seconds, floods, value, executor, heap);
            case "--executor" ->
                    new FanoutOptions(clients, rate, seconds, floods, image, value, heap);
            case "--heap" ->
                    new FanoutOptions(clients, rate, seconds, floods, image, executor, value);
            default -> throw new IllegalArgumentException(option + "?\n" + HELP);
        };
    }
}
