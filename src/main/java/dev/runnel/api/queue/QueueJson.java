package dev.runnel.api.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunRequest;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.Pauses.Pause;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.stream.Rfc3339;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The queue as the interface shows it.
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@Schema(name = "Queue")
record QueueJson(
        @Schema(description = "How many runs wait, the held ones included.") long depth,
        @Schema(description = "How many of them are held, by why.") Map<String, Long> held,
        @Schema(description = "For how long the oldest one could have begun.")
                Optional<Double> oldestAgeSeconds,
        @Schema(description = "How many runs have an instance.") long running,
        LimitsJson limits,
        PausedJson paused,
        @Schema(description = "A page of the waiting runs, first comes first.")
                List<WaitingJson> waiting,
        @Schema(description = "Cursor of the next page; left out on the last one.")
                Optional<String> next) {

    /// What all instances together do at a time.
    @Schema(name = "Limits")
    record LimitsJson(int runs, int steps) {
        static LimitsJson of(Load load) {
            return new LimitsJson(load.runs(), load.steps());
        }
    }

    /// What is paused.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Paused")
    record PausedJson(
            Optional<PauseJson> intake, Optional<PauseJson> queue, List<PauseJson> repositories) {
        static PausedJson of(List<Pause> pauses) {
            Optional<PauseJson> intake = Optional.empty();
            Optional<PauseJson> queue = Optional.empty();
            List<PauseJson> repositories = new java.util.ArrayList<>();
            for (Pause pause : pauses) {
                switch (pause.scope()) {
                    case Scope.Intake _ -> intake = Optional.of(PauseJson.of(pause));
                    case Scope.Queue _ -> queue = Optional.of(PauseJson.of(pause));
                    case Scope.Repository _ -> repositories.add(PauseJson.of(pause));
                }
            }
            return new PausedJson(intake, queue, repositories);
        }
    }

    /// A pause that holds.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Pause")
    record PauseJson(
            @Schema(description = "`owner/name`, of the pause of a repository.")
                    Optional<String> repository,
            @Schema(format = "date-time") String since,
            String by,
            Optional<String> reason) {
        static PauseJson of(Pause pause) {
            Optional<String> repository =
                    switch (pause.scope()) {
                        case Scope.Intake _, Scope.Queue _ -> Optional.empty();
                        case Scope.Repository(String name) -> Optional.of(name);
                    };
            return new PauseJson(repository, Rfc3339.of(pause.since()), pause.by(), pause.reason());
        }
    }

    /// A run that waits.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "WaitingRun")
    record WaitingJson(
            String run,
            String repository,
            Optional<String> ref,
            Optional<String> pipeline,
            int priority,
            @Schema(format = "date-time") String createdAt,
            @Schema(description = "From 1.") long position,
            @Schema(
                            description =
                                    "Why nobody takes it now; `labels`: no instance has those that"
                                            + " it needs.",
                            enumeration = {"not-before", "repository-paused", "group", "labels"})
                    Optional<String> held,
            @Schema(format = "date-time") Optional<String> notBefore,
            @Schema(description = "Its concurrency group, as it was asked for.")
                    Optional<String> group,
            @Schema(description = "What the instance has to have that takes it.")
                    Optional<List<String>> labels,
            @Schema(description = "Path of the run.") String href) {
        static WaitingJson of(Waiting waiting) {
            Run run = waiting.run();
            RunRequest request = run.request();
            return new WaitingJson(
                    run.id().toString(),
                    RepositoryName.of(request.url()).toString(),
                    request.ref(),
                    run.pipeline().or(request::pipeline),
                    request.queueing().priority(),
                    Rfc3339.of(run.createdAt()),
                    waiting.position(),
                    waiting.held().map(Held::code),
                    request.queueing().notBefore().map(Rfc3339::of),
                    request.queueing().concurrency().map(Concurrency::group),
                    Optional.of(waiting.labels().stream().sorted().toList())
                            .filter(labels -> !labels.isEmpty()),
                    "/api/v1/runs/" + run.id());
        }
    }

    static Optional<Double> age(Optional<Instant> oldest, Instant now) {
        // the database and this machine need not agree on the time
        return oldest.map(time -> Math.max(0, now.toEpochMilli() - time.toEpochMilli()) / 1000.0);
    }
}
