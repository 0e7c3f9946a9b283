package dev.runnel.executor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Runs the commands of one step after another in one shell, in a place of their own.
///
/// The life of an attempt: `start` → the listener hears everything → `RunningStep.await` gives the
/// end → `RunningStep.close` removes every trace. An attempt is found again by its [StepKey] alone,
/// from any instance that reaches the same engine, so the key is recorded before `start` is called.
///
/// A step that fails is a value ([StepExit]); an [ExecutorException] means that the engine did not
/// answer and the outcome is not known. Safe for any number of threads.
public interface Executor {

    /// Word for configuration, for example `docker`.
    String name();

    /// Asks the engine whether it answers; at most a few seconds.
    ///
    /// @return empty when it does; else one sentence that says what is wrong and what to do
    Optional<String> unavailable();

    /// Whether steps are kept away from the host and from each other.
    boolean isolates();

    /// Where the commands of a step find its workspace; known without asking the engine.
    ///
    /// @param workspace absolute path of the folder here
    /// @param wanted where the pipeline wants it
    String workspaceSeen(Path workspace, String wanted);

    /// Starts an attempt and returns at once. Pulling the image, creating the place and running the
    /// commands go on behind the returned step; the listener is called from then on.
    ///
    /// Starting a key that already exists is an error in the caller and ends as `Refused`; a place
    /// in which no command was started yet does not count.
    ///
    /// The commands start only if `StepListener.mayStart` allows it, and then not if another
    /// process took the attempt up in between: else `await` throws [ExecutorException].
    RunningStep start(StepSpec spec, StepListener listener);

    /// Takes up an attempt that an earlier process started, without repeating any command. When no
    /// command was started yet, they are started now, and never by the earlier process, whatever it
    /// was about to do.
    ///
    /// The listener hears what comes after the resume point, each byte once. An attempt that ended
    /// meanwhile gives its remaining output and its real exit code.
    ///
    /// @param spec as it was given to `start`
    /// @return empty when the engine has no trace of the attempt
    /// @throws ExecutorException when the engine does not answer
    Optional<RunningStep> reattach(StepSpec spec, ResumePoint from, StepListener listener);

    /// Removes whatever the engine holds of an attempt, running or not. Does nothing when there is
    /// nothing; safe to call twice and from several threads.
    ///
    /// @throws ExecutorException when the engine does not answer
    void destroy(StepKey key);

    /// The attempts of this installation that the engine still holds, running or not, for a
    /// janitor.
    ///
    /// @throws ExecutorException when the engine does not answer
    List<StepKey> leftovers();
}
