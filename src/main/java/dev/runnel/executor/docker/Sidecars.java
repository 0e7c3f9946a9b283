package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.executor.docker.DockerEngine.ContainerState;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.run.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The containers beside a step. They share one network namespace, which the step joins, so that it
/// reaches them at `localhost`.
final class Sidecars {
    private static final int TOLD_LINES = 20;
    private static final int LINES_IN_A_SENTENCE = 3;
    private static final long BETWEEN_TRIES_MILLIS = 100;

    private final DockerEngine engine;
    private final ContainerPlan plan;
    private final StepSpec spec;
    private final StepListener listener;
    private final List<ContainerCreation> creations = new ArrayList<>();
    private volatile boolean stopped;

    Sidecars(
            DockerEngine engine,
            DockerConfig config,
            ContainerPlan plan,
            StepSpec spec,
            StepListener listener) {
        this.engine = engine;
        this.plan = plan;
        this.spec = spec;
        this.listener = listener;
        for (Sidecar sidecar : spec.sidecars()) {
            String name = ContainerPlan.name(spec.key(), creations.size() + 1);
            creations.add(
                    new ContainerCreation(
                            engine,
                            config,
                            sidecar.image(),
                            spec.environment(),
                            name,
                            Optional.empty(),
                            listener));
        }
    }

    /// Makes and starts them, and waits until they are ready or [#stop] was called.
    ///
    /// @param network that the first one is connected to
    /// @param processors how many the engine's machine has
    /// @return the network that the step has to be connected to
    String start(String network, int processors) throws Refusal {
        String joined = network;
        // an earlier process may have come as far as this
        remove();
        for (int index = 0; index < creations.size() && !stopped; index++) {
            String container = start(index, joined, processors);
            joined = index == 0 ? "container:" + container : joined;
        }
        for (int index = 0; index < creations.size() && !stopped; index++) {
            awaitReady(spec.sidecars().get(index), creations.get(index).container());
        }
        return joined;
    }

    private String start(int index, String network, int processors) throws Refusal {
        Sidecar sidecar = spec.sidecars().get(index);
        ContainerCreation creation = creations.get(index);
        listener.preparing("starting service " + sidecar.name() + " (" + sidecar.image() + ")");
        String container =
                creation.create(command ->
                        plan.fill(command, spec, sidecar, index + 1, network, processors));
        if (!stopped) {
            try {
                engine.start(container);
            } catch (DockerException e) {
                throw notReady(
                        sidecar, creation.container(), "did not start: " + Refusal.message(e));
            }
        }
        return container;
    }

    private void awaitReady(Sidecar sidecar, String container) throws Refusal {
        long began = System.nanoTime();
        long deadline = began + sidecar.patience().toNanos();
        while (!stopped) {
            if (engine.state(container)
                    instanceof ContainerState.Exited(int code, boolean killed)) {
                throw notReady(
                        sidecar,
                        container,
                        "ended with exit code "
                                + code
                                + (killed ? ", because it used more memory than it may" : ""));
            }
            if (isReady(sidecar, container, deadline)) {
                long millis = (System.nanoTime() - began) / 1_000_000;
                listener.preparing(
                        "service " + sidecar.name() + " is ready after " + millis + " ms");
                return;
            }
            if (System.nanoTime() > deadline) {
                throw notReady(
                        sidecar,
                        container,
                        "was not ready after " + sidecar.patience().toMillis() + " ms");
            }
            pause();
        }
    }

    private boolean isReady(Sidecar sidecar, String container, long deadline) {
        if (sidecar.ready().isEmpty()) {
            return true;
        }
        ContainerExec exec = new ContainerExec(engine, container);
        try {
            OptionalInt code =
                    exec.run(
                            List.of("/bin/sh", "-c", sidecar.ready().get()),
                            () -> stopped || System.nanoTime() > deadline);
            return code.isPresent() && code.getAsInt() == 0;
        } catch (DockerException e) {
            // it ended a moment ago, which the next look at it shows
            return false;
        }
    }

    private Refusal notReady(Sidecar sidecar, String container, String what) {
        List<String> lines = lastLines(container);
        lines.forEach(line -> listener.preparing("service " + sidecar.name() + ": " + line));
        List<String> few =
                lines.subList(Math.max(0, lines.size() - LINES_IN_A_SENTENCE), lines.size());
        String last =
                few.isEmpty()
                        ? "it printed nothing"
                        : "it printed last: " + String.join(" / ", few);
        return new Refusal(
                Reason.SERVICE_NOT_READY,
                "service " + sidecar.name() + " (" + sidecar.image() + ") " + what + "; " + last);
    }

    private List<String> lastLines(String container) {
        try (EngineStream stream = engine.lastOutput(container, TOLD_LINES)) {
            return stream.lines();
        } catch (IOException | DockerException | ExecutorException e) {
            return List.of();
        }
    }

    /// Tells what each of them printed last, and how it ended if it did.
    void tellLastLines() {
        for (int index = 0; index < creations.size(); index++) {
            String service = "service " + spec.sidecars().get(index).name();
            String container = creations.get(index).container();
            lastLines(container).forEach(line -> listener.preparing(service + ": " + line));
            try {
                if (engine.state(container) instanceof ContainerState.Exited(int code, _)) {
                    listener.preparing(service + " had ended with exit code " + code);
                }
            } catch (ExecutorException e) {
                // whether it had ended is no reason to fail
                return;
            }
        }
    }

    /// Gives up waiting, and starts no more. Any thread may call.
    void stop() {
        stopped = true;
        creations.forEach(ContainerCreation::stop);
    }

    boolean stopped() {
        return stopped;
    }

    /// Removes them.
    void remove() {
        creations.forEach(creation -> engine.remove(creation.container()));
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_TRIES_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while waiting for a service", e);
        }
    }
}
