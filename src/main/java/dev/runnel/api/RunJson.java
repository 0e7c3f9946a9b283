package dev.runnel.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runnel.run.CommandRun;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Reason;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepRun.Origin;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.stream.Rfc3339;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A run as the interface shows it. Fields that have no value are left out.
///
/// @param variables names only: a value may be a secret
/// @param secrets names only
/// @param steps left out in a list
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@Schema(name = "Run")
record RunJson(
        String id,
        @Schema(description = "As given, without credentials.") String url,
        @Schema(description = "`owner/name` of the repository.") String repository,
        Optional<String> ref,
        @Schema(description = "Full commit id, once the pipeline file is read.")
                Optional<String> revision,
        @Schema(description = "Commit id that the branch is at since a result was pushed to it.")
                Optional<String> pushed,
        Optional<String> pipeline,
        RunState state,
        @Schema(description = "Why it ended so; a stable word.", examples = "exit-code")
                Optional<String> reason,
        @Schema(description = "Why it ended so, for people.") Optional<String> message,
        @Schema(format = "date-time") String createdAt,
        @Schema(format = "date-time") Optional<String> startedAt,
        @Schema(format = "date-time") Optional<String> finishedAt,
        @Schema(description = "Names of the variables.") List<String> variables,
        @Schema(description = "Names of the secrets; left out when there are none.")
                Optional<List<String>> secrets,
        @Schema(description = "The run that this one repeats.") Optional<String> rerunOf,
        @Schema(description = "The runs that repeat this one, oldest first; left out in a list.")
                Optional<List<String>> reruns,
        @Schema(description = "Left out when it is 0.") Optional<Integer> priority,
        @Schema(format = "date-time") Optional<String> notBefore,
        Optional<ConcurrencyJson> concurrency,
        Optional<PullRequestJson> pullRequest,
        @Schema(description = "What the request says that the instance has to have.")
                Optional<List<String>> labels,
        @Schema(description = "Where it stands, of a run alone that waits for an instance.")
                Optional<QueueJson> queue,
        LinksJson links,
        @Schema(description = "Known once the pipeline file is read; left out in a list.")
                Optional<List<StepJson>> steps) {
    /// Which runs must not be live together with this one.
    ///
    /// @param group as it was asked for: filled, its placeholders might show a secret
    @Schema(name = "ConcurrencyOfRun")
    record ConcurrencyJson(
            String group,
            int limit,
            @Schema(enumeration = {"queue", "cancel-previous", "reject"}) String policy) {
        /// As it was asked for.
        static ConcurrencyJson of(Concurrency concurrency) {
            return new ConcurrencyJson(
                    concurrency.group(), concurrency.limit(), concurrency.policy().code());
        }
    }

    /// The pull request that the run is for.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "PullRequestOfRun")
    record PullRequestJson(Optional<String> id, String source, String target) {}

    /// Where a waiting run stands.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "PlaceInQueue")
    record QueueJson(
            @Schema(description = "From 1; held runs come after all others.") long position,
            @Schema(
                            description = "Why nobody takes it now.",
                            enumeration = {"not-before", "repository-paused", "group", "labels"})
                    Optional<String> held,
            @Schema(format = "date-time") Optional<String> notBefore,
            @Schema(description = "What the instance has to have that takes it.")
                    Optional<List<String>> labels) {}

    /// Where to go on from a run.
    @Schema(name = "Links")
    record LinksJson(String self, String events, String log) {}

    /// A step of a run.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Step")
    record StepJson(
            @Schema(description = "From 1.") int step,
            String name,
            String image,
            @Schema(description = "Numbers of the steps that have to end before this one starts.")
                    List<Integer> needs,
            @Schema(description = "The run goes on when it fails; left out when not so.")
                    Optional<Boolean> allowFailure,
            @Schema(description = "It waits for approval; left out when not so.")
                    Optional<Boolean> manual,
            StepState state,
            @Schema(
                            description = "What it waits for.",
                            enumeration = {"approval", "retry"})
                    Optional<String> waitingFor,
            @Schema(format = "date-time", description = "When the next attempt begins.")
                    Optional<String> waitingUntil,
            Optional<String> reason,
            Optional<String> message,
            @Schema(description = "0 before the first one.") int attempt,
            @Schema(description = "How many there are at the most; left out when it is 1.")
                    Optional<Integer> attempts,
            Optional<Integer> exitCode,
            @Schema(
                            description =
                                    "The run that executed the step, when this one did not have to;"
                                            + " its output is there.")
                    Optional<String> keptFrom,
            @Schema(description = "What it gives to the steps that need it; secrets are masked.")
                    Optional<Map<String, String>> outputs,
            @Schema(description = "Number of the `foreach` step of which it is a part.")
                    Optional<Integer> parent,
            @Schema(description = "What it runs for, as a part; secrets are masked.")
                    Optional<String> item,
            @Schema(format = "date-time") Optional<String> startedAt,
            @Schema(format = "date-time") Optional<String> finishedAt,
            @Schema(description = "None of a `foreach` step itself.") List<CommandJson> commands) {}

    /// A command of a step.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Command")
    record CommandJson(
            @Schema(description = "From 1.") int command,
            String instruction,
            StepState state,
            Optional<Integer> exitCode,
            @Schema(format = "date-time") Optional<String> startedAt,
            @Schema(format = "date-time") Optional<String> finishedAt) {}

    /// A page of runs, newest first.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "RunPage")
    record PageJson(
            List<RunJson> runs,
            @Schema(description = "Cursor of the next page; left out on the last one.")
                    Optional<String> next) {}

    /// The whole run.
    static RunJson of(Run run) {
        return of(run, Optional.empty(), List.of());
    }

    /// The whole run, with its place in the queue and the runs that repeat it.
    static RunJson of(Run run, Optional<Waiting> place, List<RunId> reruns) {
        return of(
                run,
                Optional.of(run.steps().stream().map(RunJson::step).toList()),
                place,
                Optional.of(reruns.stream().map(RunId::toString).toList())
                        .filter(ids -> !ids.isEmpty()));
    }

    private static QueueJson queue(Waiting waiting) {
        return new QueueJson(
                waiting.position(),
                waiting.held().map(Held::code),
                time(waiting.run().request().queueing().notBefore()),
                Optional.of(waiting.labels().stream().sorted().toList())
                        .filter(labels -> !labels.isEmpty()));
    }

    /// The run without its steps.
    static RunJson summary(Run run) {
        return of(run, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Path of a run.
    static String path(Run run) {
        return "/api/v1/runs/" + run.id();
    }

    private static RunJson of(
            Run run,
            Optional<List<StepJson>> steps,
            Optional<Waiting> place,
            Optional<List<String>> reruns) {
        String self = path(run);
        Queueing queueing = run.request().queueing();
        return new RunJson(
                run.id().toString(),
                run.request().shownUrl(),
                RepositoryName.of(run.request().url()).toString(),
                run.request().ref(),
                run.revision(),
                run.pushed(),
                run.pipeline().or(() -> run.request().pipeline()),
                run.state(),
                run.reason().map(Reason::code),
                run.message(),
                Rfc3339.of(run.createdAt()),
                time(run.startedAt()),
                time(run.finishedAt()),
                run.request().variables().keySet().stream().sorted().toList(),
                Optional.of(run.request().secrets().keySet().stream().sorted().toList())
                        .filter(names -> !names.isEmpty()),
                run.request().rerun().map(rerun -> rerun.of().toString()),
                reruns,
                Optional.of(queueing.priority()).filter(priority -> priority != 0),
                time(queueing.notBefore()),
                queueing.concurrency().map(ConcurrencyJson::of),
                run.request()
                        .pullRequest()
                        .map(pull -> new PullRequestJson(pull.id(), pull.source(), pull.target())),
                Optional.of(queueing.labels().stream().sorted().toList())
                        .filter(labels -> !labels.isEmpty()),
                place.map(RunJson::queue),
                new LinksJson(self, self + "/events", self + "/log"),
                steps);
    }

    private static StepJson step(StepRun step) {
        return new StepJson(
                step.number(),
                step.name(),
                step.image(),
                step.plan().needs(),
                Optional.of(step.plan().allowFailure()).filter(allowed -> allowed),
                Optional.of(step.plan().manual()).filter(manual -> manual),
                step.state(),
                step.waitsFor().map(RunJson::word),
                step.waitsFor().flatMap(RunJson::until).map(Rfc3339::of),
                step.reason().map(Reason::code),
                step.message(),
                step.attempt(),
                Optional.of(step.plan().attempts()).filter(attempts -> attempts > 1),
                step.exitCode(),
                step.keptFrom().map(RunId::toString),
                Optional.of(step.outputs()).filter(values -> !values.isEmpty()),
                step.origin().map(Origin::parent),
                step.origin().map(Origin::item),
                time(step.startedAt()),
                time(step.finishedAt()),
                step.commands().stream().map(RunJson::command).toList());
    }

    private static String word(StepWait wait) {
        return switch (wait) {
            case StepWait.ForApproval _ -> "approval";
            case StepWait.ForRetry _ -> "retry";
        };
    }

    private static Optional<Instant> until(StepWait wait) {
        return switch (wait) {
            case StepWait.ForApproval _ -> Optional.empty();
            case StepWait.ForRetry(Instant until) -> Optional.of(until);
        };
    }

    private static CommandJson command(CommandRun command) {
        return new CommandJson(
                command.number(),
                command.instruction(),
                command.state(),
                command.exitCode(),
                time(command.startedAt()),
                time(command.finishedAt()));
    }

    private static Optional<String> time(Optional<Instant> time) {
        return time.map(Rfc3339::of);
    }
}
