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
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
    private static final int GONE = 404;
    private static final String ATTACH = "/attach?stream=1&stdout=1&stderr=1";

    private final DockerHttpClient transport;
    private final DockerClient client;
    private final String address;
    private volatile int processors;

    /// What the engine says of a container.
    sealed interface ContainerState {
        /// There is none of that name.
        record Absent() implements ContainerState {}

        /// It was never started.
        record Created() implements ContainerState {}

        /// Its shell is running.
        record Running() implements ContainerState {}

        /// Its shell is gone.
        ///
        /// @param outOfMemory whether the kernel killed a process of it for want of memory
        record Exited(int code, boolean outOfMemory) implements ContainerState {}
    }

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

    /// The id of an image that the engine has.
    Optional<String> imageId(String image) {
        try {
            return Optional.ofNullable(
                    ask("about an image", () -> client.inspectImageCmd(image).exec().getId()));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
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
    ///
    /// @param image id of its image
    record Found(String id, String image, Map<String, String> labels) {}

    Optional<Found> find(String container) {
        return inspect(container)
                .map(found -> {
                    Map<String, String> labels = found.getConfig().getLabels();
                    return new Found(
                            found.getId(), found.getImageId(), labels == null ? Map.of() : labels);
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
        return open(Method.POST, ATTACH, container);
    }

    /// The same, and what the container reads.
    ///
    /// @param input read on a thread of its own until it ends or the connection does
    EngineStream attach(String container, InputStream input) {
        DockerHttpClient.Request request =
                DockerHttpClient.Request.builder()
                        .method(Method.POST)
                        .path("/containers/" + container + ATTACH + "&stdin=1")
                        .putHeader("Connection", "Upgrade")
                        .putHeader("Upgrade", "tcp")
                        .hijackedInput(input)
                        .build();
        return ask("for the input of a container", () -> open(request));
    }

    /// Everything that the container printed, in frames that begin with a time; then what it
    /// prints, until it ends.
    EngineStream log(String container) {
        return open(Method.GET, "/logs?follow=1&timestamps=1&stdout=1&stderr=1", container);
    }

    /// The last lines that the container printed, in frames.
    EngineStream lastOutput(String container, int lines) {
        return open(Method.GET, "/logs?stdout=1&stderr=1&tail=" + lines, container);
    }

    /// Whether the container printed anything to its standard output.
    boolean hasPrinted(String container) {
        try (EngineStream stream = open(Method.GET, "/logs?stdout=1&stderr=0", container)) {
            return stream.next();
        } catch (DockerException e) {
            if (e.getHttpStatus() == GONE) {
                return false;
            }
            throw new ExecutorException(refusedTo("show the output of a container"), e);
        } catch (IOException e) {
            throw new ExecutorException(unanswered("for the output of a container"), e);
        }
    }

    EngineStream open(DockerHttpClient.Request request) throws IOException {
        return EngineStream.open(transport, request);
    }

    private EngineStream open(Method method, String what, String container) {
        DockerHttpClient.Request request =
                DockerHttpClient.Request.builder()
                        .method(method)
                        .path("/containers/" + container + what)
                        .build();
        return ask("for the output of a container", () -> open(request));
    }

    /// Asks every process of a container to end.
    ///
    /// @param shell absolute path of one in the container
    void terminate(String container, String shell) {
        signal(container, "TERM");
        // The main process alone is told by the engine; the others only from inside
        try {
            new ContainerExec(this, container).begin(shell, "-c", "kill -s TERM -- -1");
        } catch (DockerException e) {
            // It ended meanwhile, has no shell, or has no room for one more process: the kill that
            // follows counts
        }
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

    /// The ids of the containers with these labels, running or not.
    List<String> containers(Map<String, String> labels) {
        return list(labels).stream().map(Container::getId).toList();
    }

    List<Container> list(Map<String, String> labels) {
        try {
            return ask(
                    "for its containers",
                    () ->
                            client.listContainersCmd()
                                    .withShowAll(true)
                                    .withLabelFilter(labels)
                                    .exec());
        } catch (DockerException e) {
            throw new ExecutorException(refusedTo("list its containers"), e);
        }
    }

    /// Asks, and takes the time.
    <T> T ask(String what, Callable<T> call) {
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
