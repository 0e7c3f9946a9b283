package dev.runnel.chaos;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `chaos/run` was asked for.
///
/// @param seed makes the same choices again; the timing is never the same
/// @param runs how many runs are submitted at the least; more come until the troubles are over
/// @param atOnce how many runs are under way at a time
/// @param kills how often a server is killed (-9)
/// @param stops how often a server is stopped and continued
/// @param databaseRestarts how often Postgres is restarted, every other time without warning
/// @param removals how many containers are removed by somebody else
/// @param pause between two troubles, on average
/// @param lease of the servers
/// @param patience how long the runs may take when the troubles are over
public record ChaosOptions(
        long seed,
        int runs,
        int atOnce,
        int kills,
        int stops,
        int databaseRestarts,
        int removals,
        Duration pause,
        Duration lease,
        Duration patience) {

    /// A minute of trouble, for the build.
    public static final ChaosOptions SMALL =
            new ChaosOptions(
                    1,
                    14,
                    8,
                    4,
                    2,
                    2,
                    1,
                    Duration.ofMillis(1800),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(90));

    /// A hundred kills, by hand.
    static final ChaosOptions LARGE =
            new ChaosOptions(
                    1,
                    150,
                    10,
                    100,
                    30,
                    12,
                    12,
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(4));

    static final String HELP =
            """
            chaos/run [options]
              --small                 a minute, as the build does it; else a hundred kills
              --seed N                makes the same choices again (1)
              --runs N                runs at the least (150)
              --at-once N             runs under way at a time (10)
              --kills N               servers killed (100)
              --stops N               servers stopped and continued (30)
              --database-restarts N   restarts of Postgres (12)
              --removals N            containers removed from outside (12)
              --pause MILLIS          between two troubles, on average (3000)
            """;

    static ChaosOptions parse(List<String> arguments) {
        ChaosOptions standard = arguments.contains("--small") ? SMALL : LARGE;
        List<String> rest = arguments.stream().filter(word -> !word.equals("--small")).toList();
        Map<String, Integer> given = new HashMap<>();
        for (int place = 0; place < rest.size(); place += 2) {
            if (place + 1 == rest.size()) {
                throw new IllegalArgumentException(rest.get(place) + " needs a value");
            }
            given.put(rest.get(place), Integer.valueOf(rest.get(place + 1)));
        }
        ChaosOptions options =
                new ChaosOptions(
                        taken(given, "--seed", (int) standard.seed),
                        taken(given, "--runs", standard.runs),
                        taken(given, "--at-once", standard.atOnce),
                        taken(given, "--kills", standard.kills),
                        taken(given, "--stops", standard.stops),
                        taken(given, "--database-restarts", standard.databaseRestarts),
                        taken(given, "--removals", standard.removals),
                        Duration.ofMillis(taken(given, "--pause", (int) standard.pause.toMillis())),
                        standard.lease,
                        standard.patience);
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(given.keySet() + "?\n" + HELP);
        }
        return options;
    }

    private static int taken(Map<String, Integer> given, String option, int standard) {
        return Optional.ofNullable(given.remove(option)).orElse(standard);
    }
}
