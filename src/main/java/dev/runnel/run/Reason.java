package dev.runnel.run;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Why a run or a step ended as it did: stable words for programs. The sentence for people travels
/// beside it as the message.
public enum Reason {
    /// A command ended with an exit code other than 0.
    EXIT_CODE,
    /// A time limit passed.
    TIMEOUT,
    /// The container used more memory than it may.
    OUT_OF_MEMORY,
    /// The step printed more than it may.
    OUTPUT_LIMIT,
    /// The image does not exist, or this installation may not read it.
    IMAGE_NOT_FOUND,
    /// The image has no `/bin/sh`, or not the shell that the step asks for.
    NO_SHELL,
    /// The engine refused the container.
    CONTAINER_REFUSED,
    /// The step asks for something that is not possible here: a network, a user, a shell, a folder.
    NOT_POSSIBLE,
    /// A container beside the step did not become ready.
    SERVICE_NOT_READY,
    /// Somebody asked for it.
    CANCELLED,
    /// A newer run of its concurrency group took its place.
    SUPERSEDED,
    /// Nobody saw the outcome: the container or its node is gone. Never read as success.
    LOST,
    /// An earlier step did not succeed.
    EARLIER_STEP,
    /// Its condition does not hold.
    CONDITION,
    /// Its condition cannot be evaluated.
    INVALID_CONDITION,
    /// No engine answers.
    EXECUTOR_UNAVAILABLE,
    /// The repository does not exist at this URL.
    REPOSITORY_NOT_FOUND,
    /// The repository has no such branch, tag or commit.
    REF_NOT_FOUND,
    /// The git server refused the credentials.
    ACCESS_DENIED,
    /// The git server's host key is not the known one.
    HOST_KEY_REJECTED,
    /// The git server cannot be reached.
    HOST_UNREACHABLE,
    /// The URL or an address behind it is not allowed here.
    URL_NOT_ALLOWED,
    /// The repository is larger than it may be.
    REPOSITORY_TOO_LARGE,
    /// The clone failed for another reason.
    CLONE_FAILED,
    /// The files that the step was to leave behind could not be stored.
    ARTIFACTS_NOT_STORED,
    /// Files that the step needs of earlier ones could not be had.
    ARTIFACTS_UNAVAILABLE,
    /// The step did not write a variable, or leave a file, that it says it gives to others.
    OUTPUTS_MISSING,
    /// What the step wrote for later ones cannot be taken.
    INVALID_OUTPUTS,
    /// A variable is not set, or a file not there, that the step says it takes.
    INPUTS_MISSING,
    /// What the step is to run for each of is no list, or too long a one.
    INVALID_FOREACH,
    /// The run's secrets are encrypted with a key that this instance does not have.
    SECRETS_UNREADABLE,
    /// The result could not be pushed back.
    PUSH_FAILED,
    /// The pipeline file has faults; they are `problem` events of the run.
    INVALID_PIPELINE,
    /// The repository has no pipeline file.
    PIPELINE_NOT_FOUND,
    /// Runnel itself failed; the log of the instance says how.
    INTERNAL_ERROR;

    /// The word in kebab case: `exit-code`.
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The reason with this code.
    public static Optional<Reason> parse(String code) {
        return Arrays.stream(values()).filter(reason -> reason.code().equals(code)).findFirst();
    }
}
