package dev.runnel.store.postgres;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import dev.runnel.run.RunRequest.Rerun;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The column `run.request`: what was asked for, but for the url, which has a column of its own.
/// JSON, which escapes every character that a text column refuses.
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoredRequest(
        @Nullable String ref,
        @Nullable String pipeline,
        Map<String, String> variables,
        @Nullable Map<String, String> secrets,
        @Nullable StoredCallbacks callbacks,
        @Nullable StoredQueueing queueing,
        @Nullable StoredRerun rerun,
        @Nullable StoredPullRequest pullRequest) {
    // half a surrogate pair is no character in UTF-8, but has an escape
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    static String write(RunRequest request) {
        StoredRequest stored =
                new StoredRequest(
                        request.ref().orElse(null),
                        request.pipeline().orElse(null),
                        new TreeMap<>(request.variables()),
                        request.secrets().isEmpty() ? null : new TreeMap<>(request.secrets()),
                        request.callbacks().isNone()
                                ? null
                                : StoredCallbacks.of(request.callbacks()),
                        request.queueing().equals(Queueing.USUAL)
                                ? null
                                : StoredQueueing.of(request.queueing()),
                        request.rerun().map(StoredRerun::of).orElse(null),
                        request.pullRequest()
                                .map(pull ->
                                        new StoredPullRequest(
                                                pull.id().orElse(null),
                                                pull.source(),
                                                pull.target()))
                                .orElse(null));
        try {
            return JSON.writeValueAsString(stored);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request is always JSON", e);
        }
    }

    static RunRequest read(String url, String json) {
        try {
            StoredRequest stored = JSON.readValue(json, StoredRequest.class);
            return new RunRequest(
                    url,
                    Optional.ofNullable(stored.ref),
                    Optional.ofNullable(stored.pipeline),
                    stored.variables,
                    stored.secrets == null ? Map.of() : stored.secrets,
                    stored.callbacks == null ? Callbacks.NONE : stored.callbacks.callbacks(),
                    stored.queueing == null ? Queueing.USUAL : stored.queueing.queueing(),
                    Optional.ofNullable(stored.rerun).map(StoredRerun::rerun),
                    Optional.ofNullable(stored.pullRequest)
                            .map(pull ->
                                    new PullRequest(
                                            Optional.ofNullable(pull.id),
                                            pull.source,
                                            pull.target)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("run.request is not what Runnel writes", e);
        }
    }

    /// Without values, which may be secrets.
    @Override
    public String toString() {
        return "StoredRequest[ref=" + ref + ", pipeline=" + pipeline + "]";
    }

    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StoredRerun(
            UUID of,
            @Nullable String revision,
            // what an older Runnel wrote: the runs of the first steps
            @Nullable List<UUID> kept,
            @Nullable Map<Integer, UUID> keptSteps,
            @Nullable String pushed) {
        static StoredRerun of(Rerun rerun) {
            return new StoredRerun(
                    rerun.of().value(),
                    rerun.revision().orElse(null),
                    null,
                    rerun.kept().entrySet().stream()
                            .collect(
                                    Collectors.toMap(
                                            Map.Entry::getKey,
                                            step -> step.getValue().value(),
                                            (one, _) -> one,
                                            TreeMap::new)),
                    rerun.pushed().orElse(null));
        }

        Rerun rerun() {
            return new Rerun(
                    new RunId(of),
                    Optional.ofNullable(revision),
                    keptRuns(),
                    Optional.ofNullable(pushed));
        }

        private Map<Integer, RunId> keptRuns() {
            Map<Integer, RunId> runs = new HashMap<>();
            if (kept != null) {
                kept.forEach(run -> runs.put(runs.size() + 1, new RunId(run)));
            }
            if (keptSteps != null) {
                keptSteps.forEach((step, run) -> runs.put(step, new RunId(run)));
            }
            return runs;
        }
    }

    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StoredPullRequest(@Nullable String id, String source, String target) {}

    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StoredCallbacks(
            @Nullable String run,
            @Nullable String step,
            @Nullable String command,
            Callbacks.Protocol protocol) {
        static StoredCallbacks of(Callbacks callbacks) {
            return new StoredCallbacks(
                    callbacks.run().map(URI::toString).orElse(null),
                    callbacks.step().map(URI::toString).orElse(null),
                    callbacks.command().map(URI::toString).orElse(null),
                    callbacks.protocol());
        }

        Callbacks callbacks() {
            return new Callbacks(
                    Optional.ofNullable(run).map(URI::create),
                    Optional.ofNullable(step).map(URI::create),
                    Optional.ofNullable(command).map(URI::create),
                    protocol);
        }
    }

    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StoredQueueing(
            int priority,
            @Nullable String notBefore,
            @Nullable String group,
            @Nullable Integer limit,
            Concurrency.@Nullable Policy policy,
            @Nullable List<String> labels) {
        static StoredQueueing of(Queueing queueing) {
            return new StoredQueueing(
                    queueing.priority(),
                    queueing.notBefore().map(Instant::toString).orElse(null),
                    queueing.concurrency().map(Concurrency::group).orElse(null),
                    queueing.concurrency().map(Concurrency::limit).orElse(null),
                    queueing.concurrency().map(Concurrency::policy).orElse(null),
                    queueing.labels().isEmpty()
                            ? null
                            : queueing.labels().stream().sorted().toList());
        }

        Queueing queueing() {
            Optional<Concurrency> concurrency =
                    group == null || limit == null || policy == null
                            ? Optional.empty()
                            : Optional.of(new Concurrency(group, limit, policy));
            return new Queueing(
                    priority,
                    Optional.ofNullable(notBefore).map(Instant::parse),
                    concurrency,
                    labels == null ? Set.of() : Set.copyOf(labels));
        }
    }
}
