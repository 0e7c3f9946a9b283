package dev.runnel.executor.docker;

import dev.runnel.executor.Executor;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.ResumePoint;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.WaitingContainers.Reserved;
import dev.runnel.pipeline.Image;
import dev.runnel.waiting.StartsUnderWay;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Runs steps as containers of a Docker engine, on this machine or another one that sees the
/// workspaces under the same path or under `runnel.docker.host-data-dir`.
///
/// While a step is followed live, a listener that blocks slows it down. After a cut, output comes
/// from the engine's log, which waits on the engine's disk instead, and a line without an end shows
/// up when it ends.
@ApplicationScoped
class DockerExecutor implements Executor {
    // A container that is not made ahead takes about as long
    private static final Duration LONGEST_START = Duration.ofMillis(300);

    private final DockerConfig config;
    private final RandomGenerator random;
    private final WaitingContainers waiting;
    private final StartsUnderWay<StepKey> starts = new StartsUnderWay<>(LONGEST_START);
    private @Nullable DockerEngine engine;

    @Inject
    DockerExecutor(DockerConfig config) {
        this(config, new SecureRandom());
    }

    DockerExecutor(DockerConfig config, RandomGenerator random) {
        config.warm().images().ifPresent(images -> images.forEach(DockerExecutor::check));
        this.config = config;
        this.random = random;
        this.waiting = new WaitingContainers(this::engine, config, random, starts);
    }

    private static void check(String image) {
        if (Image.parse(image).isEmpty()) {
            throw new ConfigurationException(
                    "runnel.docker.warm.images: `"
                            + image
                            + "` is not an image reference such as `alpine` or `team/job:1`; only"
                            + " the host and the tag may have capitals");
        }
    }

    @Override
    public String name() {
        return "docker";
    }

    // Made when it is needed, so that a wrong address does not keep others from starting
    private synchronized DockerEngine engine() {
        if (engine == null) {
            try {
                engine = DockerEngine.of(config);
            } catch (RuntimeException e) {
                throw new ExecutorException("no Docker engine can be asked: " + e.getMessage(), e);
            }
        }
        return engine;
    }

    @Override
    public Optional<String> unavailable() {
        try {
            engine().ping();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(
                    e.getMessage()
                            + ". Start it, or set runnel.docker.host or DOCKER_HOST to one that"
                            + " answers and that Runnel's user may use.");
        }
    }

    @Override
    public boolean isolates() {
        return true;
    }

    @Override
    public String workspaceSeen(Path workspace, String wanted) {
        return wanted;
    }

    @Override
    public RunningStep start(StepSpec spec, StepListener listener) {
        Optional<Reserved> ready = waiting.take(spec.key());
        String nonce = ready.map(Reserved::nonce).orElseGet(() -> ShellProgram.newNonce(random));
        DockerStep step = step(spec, nonce, ResumePoint.START, listener);
        step.create(() -> ready.flatMap(one -> waiting.fitting(one, spec)));
        return step;
    }

    @Override
    public Optional<RunningStep> reattach(StepSpec spec, ResumePoint from, StepListener listener) {
        return engine().find(ContainerPlan.name(spec.key()))
                .map(found -> {
                    String nonce = found.labels().getOrDefault(ContainerPlan.NONCE, "");
                    DockerStep step = step(spec, nonce, from, listener);
                    step.resume(found, from.started() == 0);
                    return step;
                });
    }

    private DockerStep step(StepSpec spec, String nonce, ResumePoint from, StepListener listener) {
        DockerEngine here = engine();
        OutputDecoder decoder = OutputDecoder.of(spec, nonce, from, listener);
        StepContainers containers = new StepContainers(here, config, spec, nonce, listener, starts);
        return new DockerStep(
                here,
                containers,
                decoder,
                new ContainerOutput(
                        decoder, nonce, !containers.isJob(), from, () -> starts.over(spec.key())),
                config.patience());
    }

    @Override
    public void destroy(StepKey key) {
        DockerEngine here = engine();
        here.remove(ContainerPlan.name(key));
        here.containers(ContainerPlan.labelsOf(key)).forEach(here::remove);
    }

    @Override
    public List<StepKey> leftovers() {
        return engine().list(Map.of(ContainerPlan.INSTALLATION, config.installation())).stream()
                .map(ContainerPlan::key)
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    @Override
    public Ahead ahead() {
        return waiting;
    }

    @PreDestroy
    void close() {
        waiting.close();
        synchronized (this) {
            if (engine != null) {
                engine.close();
            }
        }
    }
}
