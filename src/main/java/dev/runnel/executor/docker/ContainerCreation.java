package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.run.Reason;
import java.util.Optional;

/// Makes the container of one attempt, and pulls the image before when it must.
final class ContainerCreation {
    private final DockerEngine engine;
    private final DockerConfig config;
    private final StepSpec spec;
    private final String nonce;
    private final StepListener listener;
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
        this.listener = listener;
        this.pull = new ImagePull(engine, spec.image(), listener);
    }

    String container() {
        return ContainerPlan.name(spec.key());
    }

    /// Makes the container and gives its id, or its name when the wish to stop came first.
    String create() throws Refusal {
        ShellProgram program = program();
        return switch (config.pull()) {
            case MISSING -> {
                Optional<String> created = tryToCreate(program);
                yield created.isPresent() ? created.get() : pullAndCreate(program);
            }
            case ALWAYS -> pullAndCreate(program);
            case NEVER -> createOrRefuse(program);
        };
    }

    /// Whether the commands may be started, or the attempt is another process' now.
    boolean mayStart() {
        return listener.mayStart();
    }

    private String pullAndCreate(ShellProgram program) throws Refusal {
        pull();
        return createOrRefuse(program);
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

    private String createOrRefuse(ShellProgram program) throws Refusal {
        if (pull.stopped()) {
            return container();
        }
        Optional<String> created = tryToCreate(program);
        if (created.isEmpty()) {
            throw new Refusal(
                    Reason.IMAGE_NOT_FOUND, "the engine does not have the image " + spec.image());
        }
        return created.get();
    }

    /// @return the id of the container; empty when the engine does not have the image
    private Optional<String> tryToCreate(ShellProgram program) throws Refusal {
        ContainerPlan plan = new ContainerPlan(config);
        int processors = engine.processors();
        try {
            return Optional.of(create(plan, program, processors));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (ConflictException e) {
            return Optional.of(createInPlaceOfUnstarted(plan, program, processors, e));
        } catch (DockerException e) {
            throw refusal(e);
        }
    }

    private String create(ContainerPlan plan, ShellProgram program, int processors) {
        return engine.create(
                spec.image().reference(), command -> plan.fill(command, spec, program, processors));
    }

    // what a process made that was too late to start it is in the way
    private String createInPlaceOfUnstarted(
            ContainerPlan plan, ShellProgram program, int processors, ConflictException conflict)
            throws Refusal {
        try {
            if (engine.state(container()) instanceof ContainerState.Created
                    && engine.removeStopped(container())) {
                return create(plan, program, processors);
            }
        } catch (DockerException e) {
            throw refusal(e);
        }
        throw refusal(conflict);
    }

    /// Gives up a pull that is under way or would come.
    void stop() {
        pull.stop();
    }

    Refusal refusal(DockerException answer) {
        return Refusal.of(answer, spec.image().reference());
    }
}
