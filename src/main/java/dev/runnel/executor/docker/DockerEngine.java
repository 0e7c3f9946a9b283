package dev.runnel.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request.Method;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.StepKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// What Runnel asks of a Docker engine. A `DockerException` is the engine's answer, an
/// `ExecutorException` means that there was none. Safe for any number of threads.
final class DockerEngine implements AutoCloseable {
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final Duration PING = Duration.ofSeconds(3);
    private static final Duration REMOVAL = Duration.ofSeconds(20);
    // An attempt holds a connection for as long as it runs
    private static final int MOST_CONNECTIONS = 10_000;
    private static final int CONFLICT = 409;

    private final DockerHttpClient transport;
    private final DockerClient client;
    private final String address;
    private volatile int processors;

    private DockerEngine(DockerClientConfig config) {
        address = config.getDockerHost().toString();
        transport =
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .maxConnections(MOST_CONNECTIONS)
                        .connectionTimeout(Duration.ofSeconds(5))
                        .build();
        client = DockerClientImpl.getInstance(config, transport);
    }

    static DockerEngine of(DockerConfig config) {
        return new DockerEngine(clientConfig(config));
    }

    static DockerClientConfig clientConfig(DockerConfig config) {
        DefaultDockerClientConfig.Builder builder =
                DefaultDockerClientConfig.createDefaultConfigBuilder();
        config.host().ifPresent(builder::withDockerHost);
        config.config().ifPresent(folder -> builder.withDockerConfig(folder.toString()));
        return builder.build();
    }

    DockerClient client() {
        return client;
    }

    String address() {
        return address;
    }

    void ping() {
        ask("whether it answers", PING, () -> client.pingCmd().exec());
    }

    int processors() {
        if (processors == 0) {
            Integer known = ask("about itself", () -> client.infoCmd().exec().getNCPU());
            processors = known == null ? Integer.MAX_VALUE : known;
        }
        return processors;
    }

    /// Makes a container and gives its id.
    String create(String image, Consumer<CreateContainerCmd> fill) {
        return ask(
                "to create a container",
                () -> {
                    try (CreateContainerCmd command = client.createContainerCmd(image)) {
                        fill.accept(command);
                        return command.exec().getId();
                    }
                });
    }

    void start(String container) {
        ask(
                "to start a container",
                () -> {
                    try {
                        return client.startContainerCmd(container).exec();
                    } catch (NotModifiedException e) {
                        return null;
                    }
                });
    }

    ContainerState state(String container) {
        return inspect(container)
                .map(InspectContainerResponse::getState)
                .map(DockerEngine::state)
                .orElseGet(ContainerState.Absent::new);
    }

    private static ContainerState state(InspectContainerResponse.ContainerState state) {
        if ("created".equals(state.getStatus())) {
            return new ContainerState.Created();
        }
        if (Boolean.TRUE.equals(state.getRunning())) {
            return new ContainerState.Running();
        }
        Long code = state.getExitCodeLong();
        return new ContainerState.Exited(
                code == null ? 255 : code.intValue(), Boolean.TRUE.equals(state.getOOMKilled()));
    }

    /// A container that the engine has.
    record Found(String id, Map<String, String> labels) {}

    Optional<Found> find(String container) {
        return inspect(container)
                .map(found -> {
                    Map<String, String> labels = found.getConfig().getLabels();
                    return new Found(found.getId(), labels == null ? Map.of() : labels);
                });
    }

    private Optional<InspectContainerResponse> inspect(String container) {
        try {
            return Optional.of(
                    ask("about a container", () -> client.inspectContainerCmd(container).exec()));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (DockerException e) {
            throw new ExecutorException(refusedTo("show a container"), e);
        }
    }

    /// Everything that the container prints from now on, in frames.
    EngineStream attach(String container) {
        return open(Method.POST, "/attach?stream=1&stdout=1&stderr=1", container);
    }

    /// Everything that the container printed, in frames that begin with a time; then what it
    /// prints, until it ends.
    EngineStream log(String container) {
        return open(Method.GET, "/logs?follow=1&timestamps=1&stdout=1&stderr=1", container);
    }

    private EngineStream open(Method method, String what, String container) {
        DockerHttpClient.Request request =
                DockerHttpClient.Request.builder()
                        .method(method)
                        .path("/containers/" + container + what)
                        .build();
        return ask("for the output of a container", () -> EngineStream.open(transport, request));
    }

    /// Asks every process of a container to end.
    void terminate(String container) {
        signal(container, "TERM");
        // The main process alone is told by the engine; the others only from inside
        try {
            ask(
                    "to end the processes of a container",
                    () -> {
                        String exec =
                                client.execCreateCmd(container)
                                        .withUser("0")
                                        .withCmd("/bin/sh", "-c", "kill -s TERM -- -1")
                                        .exec()
                                        .getId();
                        // Not the command of the library, which logs every refusal as an error
                        EngineStream.open(transport, detachedStart(exec)).close();
                        return exec;
                    });
        } catch (DockerException e) {
            // It ended meanwhile, or has no room for one more process: the kill that follows counts
        }
    }

    private static DockerHttpClient.Request detachedStart(String exec) {
        return DockerHttpClient.Request.builder()
                .method(Method.POST)
                .path("/exec/" + exec + "/start")
                .putHeader("Content-Type", "application/json")
                .bodyBytes("{\"Detach\":true}".getBytes(StandardCharsets.UTF_8))
                .build();
    }

    /// Sends a signal to the container's main process. Does nothing when it does not run.
    void signal(String container, String signal) {
        try {
            ask(
                    "to signal a container",
                    () -> client.killContainerCmd(container).withSignal(signal).exec());
        } catch (DockerException e) {
            if (e.getHttpStatus() != CONFLICT && !(e instanceof NotFoundException)) {
                throw new ExecutorException(refusedTo("signal a container"), e);
            }
        }
    }

    /// Removes a container that does not run.
    ///
    /// @return false when it runs
    boolean removeStopped(String container) {
        try {
            ask(
                    "to remove a container",
                    () -> client.removeContainerCmd(container).withRemoveVolumes(true).exec());
            return true;
        } catch (NotFoundException e) {
            return true;
        } catch (DockerException e) {
            if (e.getHttpStatus() == CONFLICT) {
                return false;
            }
            throw new ExecutorException(refusedTo("remove a container"), e);
        }
    }

    /// Removes a container and its volumes, running or not. Does nothing when there is none.
    void remove(String container) {
        long deadline = System.nanoTime() + REMOVAL.toNanos();
        while (true) {
            try {
                ask(
                        "to remove a container",
                        () ->
                                client.removeContainerCmd(container)
                                        .withForce(true)
                                        .withRemoveVolumes(true)
                                        .exec());
                return;
            } catch (NotFoundException e) {
                return;
            } catch (DockerException e) {
                // Somebody else is removing it, or a file of it is busy for a moment
                if (System.nanoTime() > deadline) {
                    throw new ExecutorException(refusedTo("remove a container"), e);
                }
                pause();
            }
        }
    }

    /// The attempts of an installation that the engine holds.
    List<StepKey> attempts(String installation) {
        Map<String, String> filter = Map.of(ContainerPlan.INSTALLATION, installation);
        try {
            List<Container> found =
                    ask(
                            "for its containers",
                            () ->
                                    client.listContainersCmd()
                                            .withShowAll(true)
                                            .withLabelFilter(filter)
                                            .exec());
            return found.stream()
                    .map(container -> ContainerPlan.key(container.getLabels()))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (DockerException e) {
            throw new ExecutorException(refusedTo("list its containers"), e);
        }
    }

    private <T> T ask(String what, Callable<T> call) {
        return ask(what, CALL, call);
    }

    // A Unix socket knows no time-outs, so the time is taken here
    private <T> T ask(String what, Duration time, Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.startVirtualThread(task);
        try {
            return task.get(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DockerException answer && answer.getHttpStatus() != 503) {
                throw answer;
            }
            throw new ExecutorException(unanswered(what) + ": " + root(e).getMessage(), e);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw new ExecutorException(unanswered(what) + " within " + time.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while asking the Docker engine " + what, e);
        }
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (Throwable next = root; next != null; next = next.getCause()) {
            root = next;
        }
        return root;
    }

    private String unanswered(String what) {
        return "the Docker engine at " + address + " did not answer when asked " + what;
    }

    private String refusedTo(String what) {
        return "the Docker engine at " + address + " would not " + what;
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while waiting for the Docker engine", e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
