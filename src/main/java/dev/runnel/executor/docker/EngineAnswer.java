package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.run.Reason;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the sentences with which an engine refuses something.
final class EngineAnswer {
    // `Status 404: {"message":"No such image: nope:latest"}`
    private static final Pattern MESSAGE =
            Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern NO_SHELL =
            Pattern.compile("/bin/sh.*(no such file|not found|permission denied)");

    private EngineAnswer() {}

    /// The engine's sentence.
    static String message(DockerException answer) {
        String text = String.valueOf(answer.getMessage());
        Matcher message = MESSAGE.matcher(text);
        return message.find()
                ? message.group(1).replace("\\\"", "\"").replace("\\n", " ").strip()
                : text.strip();
    }

    /// Why a container could not be created or started.
    static Refusal refusal(DockerException answer, String image) {
        String message = message(answer);
        return NO_SHELL.matcher(message).find()
                ? new Refusal(
                        Reason.NO_SHELL,
                        image + " has no /bin/sh that runs; take an image with a shell")
                : new Refusal(
                        Reason.CONTAINER_REFUSED, "the engine refused the container: " + message);
    }
}
