package dev.runnel.bench;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The same work without Runnel: over the Docker API, and with `docker run`. Every method returns
/// nanoseconds; what only cleans up is not counted, unless it says so.
final class DockerBaseline implements AutoCloseable {
    private static final long LONGEST_SECONDS = 60;

    private final String image;
    private final DockerClient docker;

    DockerBaseline(String image) {
        DefaultDockerClientConfig config =
                DefaultDockerClientConfig.createDefaultConfigBuilder().build();
        this.image = image;
        this.docker =
                DockerClientImpl.getInstance(
                        config,
                        new ZerodepDockerHttpClient.Builder()
                                .dockerHost(config.getDockerHost())
                                .build());
        docker.inspectImageCmd(image).exec();
    }

    /// Creates and starts a container and waits for the first byte of one exec: the least that a
    /// cold start costs.
    long firstLine() throws IOException, InterruptedException {
        long began = System.nanoTime();
        String container = idle(docker.createContainerCmd(image));
        try {
            return exec(container, "echo ready", false) - began;
        } finally {
            remove(container);
        }
    }

    /// The way of the replaced ae-runner: a container with a terminal that idles, an exec for each
    /// command, a stop with a second of grace, and the removal, all of it counted. It pulled the
    /// image each time; here it only looks whether there is one.
    long oldWay(List<String> script) throws IOException, InterruptedException {
        long began = System.nanoTime();
        docker.inspectImageCmd(image).exec();
        String container = idle(docker.createContainerCmd(image).withTty(true));
        try {
            for (String command : script) {
                exec(container, command, true);
            }
            docker.stopContainerCmd(container).withTimeout(1).exec();
        } finally {
            remove(container);
        }
        return System.nanoTime() - began;
    }

    /// A container for the whole script through the API: create, start, read what it prints, wait
    /// for its end. Its removal is not counted, as nobody waits for it.
    long container(String script) throws IOException, InterruptedException {
        long began = System.nanoTime();
        String container =
                docker.createContainerCmd(image)
                        .withEntrypoint("/bin/sh", "-c", script)
                        .exec()
                        .getId();
        try {
            docker.startContainerCmd(container).exec();
            ResultCallback.Adapter<Frame> output =
                    docker.logContainerCmd(container)
                            .withStdOut(true)
                            .withStdErr(true)
                            .withFollowStream(true)
                            .exec(new ResultCallback.Adapter<Frame>());
            if (!output.awaitCompletion(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the container did not end");
            }
            int code =
                    docker.waitContainerCmd(container)
                            .exec(new WaitContainerResultCallback())
                            .awaitStatusCode(LONGEST_SECONDS, TimeUnit.SECONDS);
            if (code != 0) {
                throw new IOException("the container ended with " + code);
            }
            return System.nanoTime() - began;
        } finally {
            remove(container);
        }
    }

    /// `docker run --rm IMAGE sh -c SCRIPT > /dev/null`.
    long run(String script) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process =
                new ProcessBuilder("docker", "run", "--rm", image, "/bin/sh", "-c", script)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("docker run ended with " + code);
        }
        return System.nanoTime() - began;
    }

    private String idle(CreateContainerCmd create) {
        String container =
                create.withEntrypoint("/bin/sh", "-c", "while :; do sleep 1000; done")
                        .exec()
                        .getId();
        docker.startContainerCmd(container).exec();
        return container;
    }

    /// Runs the command to its end.
    ///
    /// @return `System.nanoTime()` at its first output
    private long exec(String container, String command, boolean tty)
            throws IOException, InterruptedException {
        CountDownLatch printed = new CountDownLatch(1);
        String exec =
                docker.execCreateCmd(container)
                        .withCmd("/bin/sh", "-c", command)
                        .withAttachStdout(true)
                        .withAttachStderr(true)
                        .withTty(tty)
                        .exec()
                        .getId();
        ResultCallback.Adapter<Frame> output =
                docker.execStartCmd(exec)
                        .withTty(tty)
                        .exec(
                                new ResultCallback.Adapter<Frame>() {
                                    @Override
                                    public void onNext(Frame frame) {
                                        printed.countDown();
                                    }
                                });
        if (!printed.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the exec printed nothing");
        }
        long first = System.nanoTime();
        if (!output.awaitCompletion(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the exec did not end");
        }
        return first;
    }

    private void remove(String container) {
        docker.removeContainerCmd(container).withForce(true).exec();
    }

    @Override
    public void close() throws IOException {
        docker.close();
    }
}
