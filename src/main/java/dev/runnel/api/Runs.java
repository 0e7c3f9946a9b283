package dev.runnel.api;

import dev.runnel.engine.RunRepeater;
import dev.runnel.engine.RunRepeater.Repeated;
import dev.runnel.engine.RunRepeater.Wish;
import dev.runnel.engine.RunStarter;
import dev.runnel.engine.RunStarter.Rejection;
import dev.runnel.engine.RunStarter.Started;
import dev.runnel.problem.ProblemDocument;
import dev.runnel.problem.ProblemDocument.Fault;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.StepRun;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunRetention.Keeping;
import dev.runnel.store.RunStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Submits and finds runs for the resources; what does not work out ends the request with its
/// problem.
@ApplicationScoped
public class Runs {
    private final RunStarter starter;
    private final RunStore store;
    private final RunRepeater repeater;
    private final RunRetention retention;

    Runs(RunStarter starter, RunStore store, RunRetention retention) {
        this.starter = starter;
        this.store = store;
        this.repeater = new RunRepeater(store, starter);
        this.retention = retention;
    }

    /// A stored run.
    ///
    /// @param repeated whether an earlier request had stored it
    public record Submitted(Run run, boolean repeated) {}

    /// Submits a request.
    ///
    /// @throws RequestRefused when it cannot be accepted
    public Submitted submit(RunRequest request, Optional<String> idempotencyKey) {
        return submitted(starter.start(request, idempotencyKey));
    }

    private static Submitted submitted(Started started) {
        return switch (started) {
            case Started.Accepted(Run run) -> new Submitted(run, false);
            case Started.Repeated(Run run) -> new Submitted(run, true);
            case Started.KeyTaken(RunId run) -> throw keyTaken(run);
            case Started.IntakePaused() ->
                    throw new RequestRefused(
                            ProblemType.INTAKE_PAUSED, "New runs are not accepted for now.");
            case Started.GroupRejected(RunId live) -> throw groupRejected(live);
            case Started.Refused(List<Rejection> rejections) -> throw refused(rejections);
            case Started.ShuttingDown() ->
                    throw new RequestRefused(
                            ProblemType.SHUTTING_DOWN, "This instance takes no new runs any more.");
        };
    }

    /// Submits a request for a run that repeats this one.
    ///
    /// @throws RequestRefused when it cannot be repeated so
    Submitted repeat(Run original, Wish wish, Optional<String> idempotencyKey) {
        return switch (repeater.repeat(original, wish, idempotencyKey)) {
            case Repeated.Asked(Started started) -> submitted(started);
            case Repeated.NotEnded(Run run) ->
                    throw new RequestRefused(
                            ProblemDocument.of(
                                            ProblemType.RUN_NOT_ENDED,
                                            "Run " + run.id() + " is " + run.state() + ".")
                                    .about(run.id()));
            case Repeated.NothingFailed(Run run) ->
                    throw new RequestRefused(
                            ProblemDocument.of(
                                            ProblemType.NOTHING_FAILED,
                                            "Every step of run " + run.id() + " was successful.")
                                    .about(run.id()));
        };
    }

    /// The runs that repeat this one, oldest first.
    List<RunId> rerunsOf(Run run) {
        return repeater.rerunsOf(run);
    }

    /// The step of a run with this number.
    ///
    /// @throws RequestRefused when there is none, also because the text is no number
    public static StepRun step(Run run, String number) {
        return run.steps().stream()
                .filter(step -> Integer.toString(step.number()).equals(number))
                .findFirst()
                .orElseThrow(() ->
                        new RequestRefused(
                                ProblemDocument.of(
                                                ProblemType.STEP_NOT_FOUND,
                                                run.steps().isEmpty()
                                                        ? "The steps of this run are not known yet."
                                                        : "This run has the steps 1 to "
                                                                + run.steps().size()
                                                                + ".")
                                        .about(run.id())));
    }

    /// The run with this id.
    ///
    /// @throws RequestRefused when there is none, also because the text is no id
    public Run find(String id) {
        return RunId.parse(id).flatMap(store::find).orElseThrow(() -> unknown(id));
    }

    /// There is no such run.
    static RequestRefused unknown(String id) {
        // a text of any length may stand in a path
        String shown = id.length() <= 64 ? id : id.substring(0, 64) + "…";
        return new RequestRefused(ProblemType.RUN_NOT_FOUND, "There is no run '" + shown + "'.");
    }

    /// Nobody is asked to approve of this step.
    static RequestRefused notWaiting(Run run, StepRun step) {
        return new RequestRefused(
                ProblemDocument.of(
                                ProblemType.STEP_NOT_WAITING,
                                "Step " + step.number() + " is " + step.state() + ".")
                        .about(run.id()));
    }

    /// The run with this id, whose log is to be read.
    ///
    /// @param after how much of the log the caller has
    /// @throws RequestRefused when there is none, or when the rest of its log was removed
    public Run findWithLog(String id, long after) {
        Run run = find(id);
        if (run.ended() && after < run.events()) {
            retention
                    .keeping(run.id())
                    .flatMap(Keeping::logRemovedAt)
                    .ifPresent(at -> {
                        throw logRemoved(run.id(), at);
                    });
        }
        return run;
    }

    private static RequestRefused logRemoved(RunId run, Instant at) {
        return new RequestRefused(
                ProblemDocument.of(
                                ProblemType.LOG_REMOVED,
                                "The log of this run was removed at " + at + ".")
                        .about(run));
    }

    private static RequestRefused keyTaken(RunId run) {
        return new RequestRefused(
                ProblemDocument.of(
                                ProblemType.IDEMPOTENCY_KEY_TAKEN,
                                "The key came with another body before; that request is run "
                                        + run
                                        + ".")
                        .about(run));
    }

    private static RequestRefused groupRejected(RunId live) {
        return new RequestRefused(
                ProblemDocument.of(
                                ProblemType.CONCURRENCY_REJECTED,
                                "Run " + live + " of the same concurrency group is live.")
                        .about(live));
    }

    private static RequestRefused refused(List<Rejection> rejections) {
        List<Fault> faults =
                rejections.stream()
                        .map(rejection ->
                                new Fault(rejection.field(), rejection.message(), rejection.hint()))
                        .toList();
        return new RequestRefused(ProblemDocument.of(ProblemType.INVALID_REQUEST, faults));
    }
}
