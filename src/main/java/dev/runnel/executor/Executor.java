package dev.runnel.executor;

import dev.runnel.run.RunId;
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

    /// What has places ready before they are asked for; nothing unless the executor can.
    default Ahead ahead() {
        return Ahead.NONE;
    }

    /// Has places ready before their attempts start. All of it saves time and changes nothing else:
    /// each method may do nothing, a place that was made ready is used only by an attempt that
    /// would have got just such a place, and by one attempt at the most. Safe for any number of
    /// threads; what fails is not told of.
    interface Ahead {
        /// How many places wait, and how many did.
        ///
        /// @param idle that wait for steps of any run
        /// @param made of these so far
        /// @param used attempts that got a place that waited
        record Waiting(int idle, long made, long used) {
            /// There are none.
            public static final Waiting NONE = new Waiting(0, 0, 0);
        }

        /// Has nothing ready.
        Ahead NONE = new Ahead() {};

        /// A run is likely to begin with an attempt of this kind. Returns at once.
        ///
        /// @param like its run is the one that begins and its workspace will be in the same folder;
        ///   number, script and environment mean nothing
        default void expect(StepSpec like) {}

        /// Puts files in place as a run's workspace such that a waiting place sees them, and keeps
        /// that place for the attempt.
        ///
        /// @param spec of the attempt; nothing is at its workspace yet
        /// @param files a folder beside the workspace; its entries become those of the workspace,
        ///   and it is not there any more
        /// @return false when there is no such place, and nothing was touched
        /// @throws java.io.UncheckedIOException when the files cannot be put in place
        default boolean furnish(StepSpec spec, Path files) throws InterruptedException {
            return false;
        }

        /// Makes a place for an attempt that may start soon. Its workspace is there, and in use by
        /// others. Returns at once.
        default void prepare(StepSpec spec) {}

        /// An attempt is about to be stored and then started: what waits for it may be looked at
        /// meanwhile, and work that nobody waits for may make way. Returns at once.
        default void startsNow(StepKey key) {}

        /// Nothing of a run starts any more. Returns at once.
        default void forget(RunId run) {}

        /// How many places wait, and how many did.
        default Waiting waiting() {
            return Waiting.NONE;
        }

        /// Has places ready for steps with these images from now on, as far as configuration says
        /// which. Returns at once.
        ///
        /// @param like what steps are like, but for the image
        default void begin(StepSpec like) {}
    }
}
