package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.StepExit;
import dev.runnel.run.Reason;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The engine answered that an attempt cannot start.
final class Refusal extends Exception {
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
                        Reason.CONTAINER_REFUSED, "the engine refused the container: " + message);
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
