package dev.runnel.cli;

import dev.runnel.app.Server;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `runnel server`
@Command(
        name = "server",
        description = {
            "Starts the service and stays until it is told to end.",
            "Without a configured database it starts a PostgreSQL of its own."
        },
        mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return Server.run();
    }
}
