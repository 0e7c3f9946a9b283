package dev.runnel.executor.docker;

import com.github.dockerjava.api.command.ExecCreateCmd;
import com.github.dockerjava.api.command.InspectExecResponse;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request.Method;
import dev.runnel.executor.ExecutorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// Runs commands in a container that runs already.
///
/// @param container id or name
record ContainerExec(DockerEngine engine, String container) {
    private static final long BETWEEN_LOOKS_MILLIS = 20;

    /// Runs a command as the container's user and waits for its end.
    ///
    /// @param until whether to wait no longer; the command then goes on
    /// @return its exit code; empty when that was not waited for
    OptionalInt run(List<String> command, BooleanSupplier until) {
        String exec =
                engine.ask(
                        "to run a command in a container",
                        () -> started(create(command).exec().getId()));
        while (!until.getAsBoolean()) {
            InspectExecResponse state =
                    engine.ask(
                            "about a command in a container",
                            () -> engine.client().inspectExecCmd(exec).exec());
            Long code = state.getExitCodeLong();
            if (!Boolean.TRUE.equals(state.isRunning()) && code != null) {
                return OptionalInt.of(code.intValue());
            }
            pause();
        }
        return OptionalInt.empty();
    }

    /// Runs a command as root and does not wait for its end.
    void begin(String... command) {
        engine.ask(
                "to run a command in a container",
                () -> started(create(List.of(command)).withUser("0").exec().getId()));
    }

    private ExecCreateCmd create(List<String> command) {
        return engine.client().execCreateCmd(container).withCmd(command.toArray(String[]::new));
    }

    // Not the command of the library, which logs every refusal as an error
    private String started(String exec) throws IOException {
        DockerHttpClient.Request request =
                DockerHttpClient.Request.builder()
                        .method(Method.POST)
                        .path("/exec/" + exec + "/start")
                        .putHeader("Content-Type", "application/json")
                        .bodyBytes("{\"Detach\":true}".getBytes(StandardCharsets.UTF_8))
                        .build();
        engine.open(request).close();
        return exec;
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while waiting for a command", e);
        }
    }
}
