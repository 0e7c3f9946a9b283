package dev.runnel.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/// Which server a client command talks to.
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:RUNNEL_SERVER:-http://127.0.0.1:8080}",
            description = "the server; default: $RUNNEL_SERVER, else http://127.0.0.1:8080")
    private URI server;

    RunnelClient client() {
        if (server.getHost() == null || !String.valueOf(server.getScheme()).startsWith("http")) {
            throw new CliFailure(2, server + " is no server; give one like http://127.0.0.1:8080");
        }
        return new RunnelClient(server);
    }
}
