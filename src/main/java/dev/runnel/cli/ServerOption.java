package dev.runnel.cli;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which server a command talks to.
final class ServerOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:RUNNEL_SERVER:-http://127.0.0.1:8080}",
            description =
                    "Address of the server; also RUNNEL_SERVER in the environment. Here:"
                            + " ${DEFAULT-VALUE}")
    private String server = "";

    RunnelClient client() {
        return new RunnelClient(address());
    }

    private URI address() {
        try {
            URI address = new URI(server).parseServerAuthority();
            if (address.getHost() != null && address.getScheme().matches("(?i)https?")) {
                return address;
            }
        } catch (URISyntaxException e) {
            // told below like every other address that is none
        }
        throw new ParameterException(
                command.commandLine(),
                "'" + server + "' is no address of a server; write http://host:port");
    }
}
