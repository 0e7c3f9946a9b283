package dev.runnel.cli;

import dev.runnel.app.Server;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `runnel server`: serves until it is asked to end.
@Command(
        name = "server",
        description = {
            "Start the server; Ctrl-C ends it.",
            "Without a configured database it starts a PostgreSQL of its own, whose data stay in"
                    + " runnel.data-dir."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"1:it could not start", "2:the command line is wrong", "143:it was ended"})
final class ServerCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "PORT", description = "Listen here instead of on 8080.")
    private @Nullable Integer port;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            description =
                    "Any setting, for example -D runnel.executor=process; may be given often.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() {
        settings.forEach(System::setProperty);
        if (port != null) {
            System.setProperty("quarkus.http.port", port.toString());
        }
        return Server.run();
    }
}
