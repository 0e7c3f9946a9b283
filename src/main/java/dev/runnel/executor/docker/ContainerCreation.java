package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.run.Reason;

/// Makes the container of one attempt, and pulls the image before when it must.
final class ContainerCreation {
    private final DockerEngine engine;
    private final DockerConfig config;
    private final StepSpec spec;
    private final String nonce;
    private final ImagePull pull;

    /// @param nonce for the program of the attempt
    ContainerCreation(
            DockerEngine engine,
            DockerConfig config,
            StepSpec spec,
            String nonce,
            StepListener listener) {
        this.engine = engine;
        this.config = config;
        this.spec = spec;
        this.nonce = nonce;
        this.pull = new ImagePull(engine, spec.image(), listener);
    }

    String container() {
        return ContainerPlan.name(spec.key());
    }

    void create() throws Refusal {
        ShellProgram program = program();
        switch (config.pull()) {
            case MISSING -> {
                if (!tryToCreate(program)) {
                    pull();
                    createOrRefuse(program);
                }
            }
            case ALWAYS -> {
                pull();
                createOrRefuse(program);
            }
            case NEVER -> createOrRefuse(program);
        }
    }

    private ShellProgram program() throws Refusal {
        try {
            return ShellProgram.of(spec.script(), nonce);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Reason.CONTAINER_REFUSED, String.valueOf(e.getMessage()));
        }
    }

    private void pull() throws Refusal {
        // Read each time, so that a login counts at once
        AuthConfig credentials =
                DockerEngine.clientConfig(config).effectiveAuthConfig(spec.image().reference());
        pull.run(credentials);
    }

    private void createOrRefuse(ShellProgram program) throws Refusal {
        if (!pull.stopped() && !tryToCreate(program)) {
            throw new Refusal(
                    Reason.IMAGE_NOT_FOUND, "the engine does not have the image " + spec.image());
        }
    }

    /// @return false when the engine does not have the image
    private boolean tryToCreate(ShellProgram program) throws Refusal {
        ContainerPlan plan = new ContainerPlan(config);
        int processors = engine.processors();
        try {
            engine.create(
                    spec.image().reference(),
                    command -> plan.fill(command, spec, program, processors));
            return true;
        } catch (NotFoundException e) {
            return false;
        } catch (DockerException e) {
            throw refusal(e);
        }
    }

    /// Gives up a pull that is under way or would come.
    void stop() {
        pull.stop();
    }

    Refusal refusal(DockerException answer) {
        return Refusal.of(answer, spec.image().reference());
    }
}
