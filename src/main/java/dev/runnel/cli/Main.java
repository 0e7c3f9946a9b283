package dev.runnel.cli;

import dev.runnel.app.CannotStart;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

/// The command `runnel`. Without any argument it serves, which is what tools expect that start a
/// packaged server.
@QuarkusMain
@Command(
        name = "runnel",
        description = {
            "Clones a repository on request, runs its pipeline in containers and streams what"
                    + " happens."
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            ServerCommand.class,
            RunCommand.class,
            LogsCommand.class,
            CancelCommand.class,
            ListCommand.class
        })
public final class Main {
    private final Terminal terminal;

    private Main(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Runs a command and ends the process.
    ///
    /// @param arguments a command and its options
    public static void main(String... arguments) {
        int code =
                execute(
                        Terminal.standard(),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments.length == 0 ? new String[] {"server"} : arguments);
        // dev mode calls this again and again in one process
        if (!LaunchMode.current().isDevOrTest()) {
            System.exit(code);
        }
    }

    /// Runs a command in this process.
    ///
    /// @return exit code
    static int execute(Terminal terminal, PrintWriter err, String... arguments) {
        return new CommandLine(new Main(terminal))
                .setErr(err)
                .setExecutionExceptionHandler(Main::explain)
                .execute(arguments);
    }

    /// Where commands write.
    Terminal terminal() {
        return terminal;
    }

    private static int explain(Exception failure, CommandLine command, ParseResult ignored) {
        PrintWriter err = command.getErr();
        return switch (failure) {
            case CommandFailed known -> tell(err, known, known.code());
            case CannotStart known -> tell(err, known, ExitCode.FAILED);
            default -> {
                err.println("runnel: this is a fault in Runnel itself");
                failure.printStackTrace(err);
                yield ExitCode.FAILED.number();
            }
        };
    }

    private static int tell(PrintWriter err, Exception failure, ExitCode code) {
        @Nullable String message = failure.getMessage();
        if (message != null && !message.isEmpty()) {
            err.println(CommandLine.Help.Ansi.AUTO.string("@|bold,red runnel:|@ ") + message);
        }
        return code.number();
    }

    /// Says which Runnel this is.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"runnel " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
