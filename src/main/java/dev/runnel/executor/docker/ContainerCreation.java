package dev.runnel.executor.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepListener;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Image.Login;
import dev.runnel.run.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes one container, and pulls its image before when it must.
final class ContainerCreation {
    private final DockerEngine engine;
    private final DockerConfig config;
    private final Image image;
    private final Map<String, String> variables;
    private final String name;
    private final Optional<String> shell;
    private final ImagePull pull;

    /// @param variables that the login for the image may ask for
    /// @param name of the container
    /// @param shell that it runs, when it runs one
    ContainerCreation(
            DockerEngine engine,
            DockerConfig config,
            Image image,
            Map<String, String> variables,
            String name,
            Optional<String> shell,
            StepListener listener) {
        this.engine = engine;
        this.config = config;
        this.image = image;
        this.variables = variables;
        this.name = name;
        this.shell = shell;
        this.pull = new ImagePull(engine, image, listener);
    }

    String container() {
        return name;
    }

    /// Makes the container and gives its id, or its name when the wish to stop came first.
    ///
    /// @param fill says what the container is like, but for its image and its name
    String create(Consumer<CreateContainerCmd> fill) throws Refusal {
        Consumer<CreateContainerCmd> all = command -> fill.accept(command.withName(name));
        return switch (config.pull()) {
            case MISSING -> {
                Optional<String> created = tryToCreate(all);
                yield created.isPresent() ? created.get() : pullAndCreate(all);
            }
            case ALWAYS -> pullAndCreate(all);
            case NEVER -> createOrRefuse(all);
        };
    }

    private String pullAndCreate(Consumer<CreateContainerCmd> fill) throws Refusal {
        pull.run(credentials());
        return createOrRefuse(fill);
    }

    /// What the pipeline says, and else what the installation has.
    private @Nullable AuthConfig credentials() throws Refusal {
        if (image.login().isEmpty()) {
            // Read each time, so that a login counts at once
            return DockerEngine.clientConfig(config).effectiveAuthConfig(image.reference());
        }
        Login login = image.login().get();
        Optional<String> missing = login.missing(variables);
        if (missing.isPresent()) {
            throw new Refusal(
                    Reason.NOT_POSSIBLE,
                    "the login for %s asks for the variable %s, which this run does not have; send it among the secrets of the request"
                            .formatted(image, missing.get()));
        }
        return new AuthConfig()
                .withUsername(login.username(variables))
                .withPassword(login.password(variables));
    }

    private String createOrRefuse(Consumer<CreateContainerCmd> fill) throws Refusal {
        if (pull.stopped()) {
            return name;
        }
        Optional<String> created = tryToCreate(fill);
        if (created.isEmpty()) {
            throw new Refusal(
                    Reason.IMAGE_NOT_FOUND, "the engine does not have the image " + image);
        }
        return created.get();
    }

    /// @return the id of the container; empty when the engine does not have the image
    private Optional<String> tryToCreate(Consumer<CreateContainerCmd> fill) throws Refusal {
        try {
            return Optional.of(engine.create(image.reference(), fill));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (ConflictException e) {
            return Optional.of(createInPlaceOfUnstarted(fill, e));
        } catch (DockerException e) {
            throw refusal(e);
        }
    }

    // what a process made that was too late to start it is in the way
    private String createInPlaceOfUnstarted(
            Consumer<CreateContainerCmd> fill, ConflictException conflict) throws Refusal {
        try {
            if (WaitingContainer.removeUnbegun(engine, name, Duration.ZERO)) {
                return engine.create(image.reference(), fill);
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
        return Refusal.of(answer, image.reference(), shell);
    }

    /// The engine answered that an attempt cannot start.
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        // `Status 404: {"message":"No such image: nope:latest"}`
        private static final Pattern MESSAGE =
                Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
        private static final Pattern MISSING =
                Pattern.compile("no such file|not found|permission denied");

        private final Reason reason;

        Refusal(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }

        /// What an engine's answer to the creation or the start of a container means.
        ///
        /// @param shell that the container is to run, when it is to run one
        static Refusal of(DockerException answer, String image, Optional<String> shell) {
            String message = message(answer);
            int named = shell.map(message::indexOf).orElse(-1);
            return named >= 0 && MISSING.matcher(message).find(named)
                    ? new Refusal(
                            Reason.NO_SHELL,
                            "%s has no %s that runs; take an image with that shell"
                                    .formatted(image, shell.orElse("shell")))
                    : new Refusal(
                            Reason.CONTAINER_REFUSED,
                            "the engine refused the container: " + message);
        }

        /// The sentence in an engine's answer.
        static String message(DockerException answer) {
            String text = String.valueOf(answer.getMessage());
            Matcher message = MESSAGE.matcher(text);
            return message.find()
                    ? message.group(1).replace("\\\"", "\"").replace("\\n", " ").strip()
                    : text.strip();
        }

        StepExit exit() {
            return new StepExit.Refused(reason, String.valueOf(getMessage()));
        }
    }
}
