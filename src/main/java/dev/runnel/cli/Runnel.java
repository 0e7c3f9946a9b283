package dev.runnel.cli;

import dev.runnel.app.CannotStart;
import dev.runnel.app.Server;
import dev.runnel.preview.LintCommand;
import dev.runnel.preview.PlanCommand;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `runnel` command. The words are parsed before anything of the service starts, so a client
/// command costs no more than a small program.
@QuarkusMain
@RegisterForReflection(
        targets = {
            Runnel.class,
            ServerCommand.class,
            DemoCommand.class,
            RunCommand.class,
            LogsCommand.class,
            CancelCommand.class,
            RerunCommand.class,
            ListCommand.class,
            LintCommand.class,
            PlanCommand.class,
            ServerCommand.WarmUp.class,
            ServerOption.class
        })
@Command(
        name = "runnel",
        description = "Runs pipelines of git repositories on request.",
        mixinStandardHelpOptions = true,
        versionProvider = Runnel.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServerCommand.class,
            DemoCommand.class,
            RunCommand.class,
            LogsCommand.class,
            CancelCommand.class,
            RerunCommand.class,
            ListCommand.class,
            LintCommand.class,
            PlanCommand.class,
            ServerCommand.WarmUp.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it worked; with --follow: the run was successful",
            "1:the run failed, the server refused the request, or the file has errors",
            "2:the command line has a fault",
            "3:the run was aborted",
            "4:the server cannot be reached"
        })
public final class Runnel implements Runnable {
    static final int FAILED = 1;
    static final int ABORTED = 3;
    static final int UNREACHABLE = 4;

    @Spec private CommandSpec spec;

    /// Does what the words say and ends the process with the command's exit code. Without any word
    /// it serves, which is what tools expect that start a packaged server.
    ///
    /// @param args the words of the command line
    public static void main(String[] args) {
        int code = isServer(args) ? serve() : commandLine().execute(args);
        // dev mode calls this again and again in one process
        if (!LaunchMode.current().isDevOrTest()) {
            System.exit(code);
        }
    }

    private static boolean isServer(String[] args) {
        return args.length == 0 || (args.length == 1 && args[0].equals("server"));
    }

    /// What `server` does without options. The library that reads the words is older than Java's
    /// present class format, so loading it would cost every start a quarter of a second.
    private static int serve() {
        try {
            return Server.run();
        } catch (CannotStart e) {
            complain(
                    new PrintWriter(System.err, true, Charset.defaultCharset()),
                    String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            Thread own = Thread.currentThread();
            own.getUncaughtExceptionHandler().uncaughtException(own, e);
        }
        return FAILED;
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Runnel());
        commandLine.setExecutionExceptionHandler((failure, command, _) -> {
            if (failure instanceof CliFailure known) {
                complain(command.getErr(), known.sentence());
                return known.exitCode();
            }
            if (failure instanceof CannotStart known) {
                complain(command.getErr(), String.valueOf(known.getMessage()));
                return FAILED;
            }
            throw failure;
        });
        return commandLine;
    }

    private static void complain(PrintWriter err, String message) {
        err.println("runnel: " + message);
        err.flush();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    /// Says which version this is.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version =
                    ConfigProvider.getConfig()
                            .getOptionalValue("quarkus.application.version", String.class)
                            .orElse("unknown");
            return new String[] {"runnel " + version, "JVM " + Runtime.version()};
        }
    }
}
