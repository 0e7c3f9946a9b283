package dev.runnel.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs programs of the machine.
final class Commands {
    private Commands() {}

    /// What the program printed.
    ///
    /// @throws IOException when it failed
    static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    /// The containers of the engine whose names begin so, running or not.
    static List<String> named(String name) throws IOException, InterruptedException {
        return run("docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", "name=" + name)
                .lines()
                .toList();
    }

    /// The containers of the engine that carry these labels, running or not.
    static List<String> containers(String... labels) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("docker", "ps", "--all", "--quiet", "--no-trunc"));
        for (String label : labels) {
            command.addAll(List.of("--filter", "label=" + label));
        }
        return run(command.toArray(String[]::new)).lines().toList();
    }
}
