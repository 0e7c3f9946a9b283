package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.StepExit;
import dev.runnel.run.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The engine answered that an attempt cannot start.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    // `Status 404: {"message":"No such image: nope:latest"}`
    private static final Pattern MESSAGE =
            Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern NO_SHELL =
            Pattern.compile("/bin/sh.*(no such file|not found|permission denied)");

    private final Reason reason;

    Refusal(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// What an engine's answer to the creation or the start of a container means.
    static Refusal of(DockerException answer, String image) {
        String message = message(answer);
        return NO_SHELL.matcher(message).find()
                ? new Refusal(
                        Reason.NO_SHELL,
                        image + " has no /bin/sh that runs; take an image with a shell")
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
