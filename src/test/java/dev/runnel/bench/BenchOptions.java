package dev.runnel.bench;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `bench/run` was asked for.
///
/// @param server a server that runs already; empty: one is started
/// @param rounds how often the quick measurements are repeated
/// @param lines how many lines the long output has
/// @param image an image that the engine has
/// @param only the letters of the wanted measurements
/// @param executor where the started server runs steps
/// @param heap most heap of the started server
/// @param jfr folder for recordings of where the started servers spend their time
record BenchOptions(
        Optional<URI> server,
        int rounds,
        int lines,
        String image,
        String only,
        String executor,
        String heap,
        Optional<String> jfr) {

    static final String HELP =
            """
            bench/run [options]
              --server URL     measure this server, not one that is started for it; it has to read
                               file: repositories (RUNNEL_GIT_ALLOWED_SCHEMES=https,ssh,file)
              --rounds N       how often the quick ones are repeated (20)
              --lines N        how many lines (d) prints (1000000)
              --image NAME     an image that the engine has (alpine)
              --only LETTERS   which of a, b, c, d, e, f, w (all)
              --executor NAME  where the started server runs steps (docker)
              --heap SIZE      most heap of the started server (256m)
              --jfr FOLDER     record the started servers with JFR; look at a recording with
                               jfr view hot-methods FILE, or jfr view latencies-by-type FILE
            """;

    private static final Map<String, String> USUAL =
            Map.of(
                    "--rounds", "20",
                    "--lines", "1000000",
                    "--image", "alpine",
                    "--only", "abcdefw",
                    "--executor", "docker",
                    "--heap", "256m");
    private static final List<String> OTHERS = List.of("--server", "--jfr");

    static BenchOptions parse(List<String> arguments) {
        Map<String, String> given = new HashMap<>(USUAL);
        for (int place = 0; place < arguments.size(); place += 2) {
            String option = arguments.get(place);
            if (!USUAL.containsKey(option) && !OTHERS.contains(option)) {
                throw new IllegalArgumentException(option + "?\n" + HELP);
            }
            if (place + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            given.put(option, arguments.get(place + 1));
        }
        return new BenchOptions(
                Optional.ofNullable(given.get("--server")).map(URI::create),
                Integer.parseInt(given.getOrDefault("--rounds", "")),
                Integer.parseInt(given.getOrDefault("--lines", "")),
                given.getOrDefault("--image", ""),
                given.getOrDefault("--only", ""),
                given.getOrDefault("--executor", ""),
                given.getOrDefault("--heap", ""),
                Optional.ofNullable(given.get("--jfr")));
    }

    boolean wants(char measurement) {
        return only.indexOf(measurement) >= 0;
    }

    /// What the JVM of a server that is started for this is given.
    ///
    /// @param name of its recording, if there is to be one
    String javaOptions(String name) {
        return "-Xmx"
                + heap
                + jfr.map(folder ->
                                " -XX:StartFlightRecording=settings=profile,filename="
                                        + folder
                                        + "/"
                                        + name
                                        + ".jfr")
                        .orElse("");
    }
}
