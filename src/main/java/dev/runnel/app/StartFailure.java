package dev.runnel.app;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells why Quarkus did not start: in a sentence where there is one, else with all details.
final class StartFailure {
    private static final System.Logger LOG = System.getLogger(StartFailure.class.getName());

    private StartFailure() {}

    /// @throws CannotStart when the reason is one that the user can change
    static void report(Throwable failure) {
        Optional<String> explanation = explain(failure);
        if (explanation.isPresent()) {
            throw new CannotStart(explanation.get(), failure);
        }
        LOG.log(System.Logger.Level.ERROR, "the server did not start", failure);
    }

    static Optional<String> explain(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Optional<String> explanation = explanationOf(cause);
            if (explanation.isPresent()) {
                return explanation;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> explanationOf(Throwable cause) {
        return switch (cause) {
            case CannotStart known -> Optional.of(messageOf(known));
            case ConfigValidationException invalid -> Optional.of(problemsOf(invalid));
            case ConfigurationException invalid -> Optional.of(messageOf(invalid));
            case QuarkusBindException taken ->
                    Optional.of(
                            "Cannot listen on "
                                    + taken.getHost()
                                    + ":"
                                    + taken.getPort()
                                    + ": something else does, or the address is not one of this"
                                    + " machine. Choose another port (QUARKUS_HTTP_PORT), or find who"
                                    + " has it: ss -ltnp");
            case SQLException refused ->
                    Optional.of(
                            "The database cannot be used: "
                                    + messageOf(refused)
                                    + "\nCheck quarkus.datasource.jdbc.url,"
                                    + " quarkus.datasource.username and"
                                    + " quarkus.datasource.password.");
            default -> Optional.empty();
        };
    }

    private static String problemsOf(ConfigValidationException invalid) {
        List<String> problems = new ArrayList<>();
        for (int index = 0; index < invalid.getProblemCount(); index++) {
            problems.add("  " + invalid.getProblem(index).getMessage());
        }
        return "The configuration has faults:\n"
                + String.join("\n", problems.stream().distinct().sorted().toList());
    }

    private static String messageOf(Throwable cause) {
        @Nullable String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
