package dev.runnel.run;

import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What somebody asked for.
///
/// @param url address of the git repository, as given; may hold a password, so people are shown
///   [#shownUrl()]
/// @param ref branch, tag or commit; empty for the repository's default branch
/// @param pipeline name of the pipeline in the file; empty for the file's default
/// @param variables environment of every command; names match `[A-Za-z_][A-Za-z0-9_]*`
/// @param secrets environment of every command as well; shown to nobody, see [#variables] for names
/// @param callbacks where to tell about changes
/// @param queueing how it wants to wait for its turn
/// @param rerun the run that is to be repeated, if any
/// @param pullRequest the pull request that it is for, if any
public record RunRequest(
        String url,
        Optional<String> ref,
        Optional<String> pipeline,
        Map<String, String> variables,
        Map<String, String> secrets,
        Callbacks callbacks,
        Queueing queueing,
        Optional<Rerun> rerun,
        Optional<PullRequest> pullRequest) {
    // everything before an @ in the authority of a URL may be a password or a token
    private static final Pattern CREDENTIALS =
            Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*://)[^/?#]*@");
    private static final Pattern SSH_USER = Pattern.compile("(?i)ssh://[^:@/?#]*@[^@]*$");

    public RunRequest {
        variables = Map.copyOf(variables);
        secrets = Map.copyOf(secrets);
    }

    /// A request that is for no pull request.
    public RunRequest(
            String url,
            Optional<String> ref,
            Optional<String> pipeline,
            Map<String, String> variables,
            Map<String, String> secrets,
            Callbacks callbacks,
            Queueing queueing,
            Optional<Rerun> rerun) {
        this(url, ref, pipeline, variables, secrets, callbacks, queueing, rerun, Optional.empty());
    }

    /// The same request for a pull request.
    public RunRequest with(PullRequest other) {
        return new RunRequest(
                url,
                ref,
                pipeline,
                variables,
                secrets,
                callbacks,
                queueing,
                rerun,
                Optional.of(other));
    }

    /// A request without secrets.
    public RunRequest(
            String url,
            Optional<String> ref,
            Optional<String> pipeline,
            Map<String, String> variables,
            Callbacks callbacks,
            Queueing queueing,
            Optional<Rerun> rerun) {
        this(url, ref, pipeline, variables, Map.of(), callbacks, queueing, rerun);
    }

    /// A request that has no secrets, waits as usual and repeats no run.
    public RunRequest(
            String url,
            Optional<String> ref,
            Optional<String> pipeline,
            Map<String, String> variables,
            Callbacks callbacks) {
        this(url, ref, pipeline, variables, callbacks, Queueing.USUAL, Optional.empty());
    }

    /// The same request, waiting otherwise.
    public RunRequest with(Queueing other) {
        return new RunRequest(
                url, ref, pipeline, variables, secrets, callbacks, other, rerun, pullRequest);
    }

    /// The same request with other secrets.
    public RunRequest withSecrets(Map<String, String> others) {
        return new RunRequest(
                url, ref, pipeline, variables, others, callbacks, queueing, rerun, pullRequest);
    }

    /// The name of its concurrency group.
    public Optional<String> concurrencyGroup() {
        return queueing.concurrency().map(concurrency -> concurrency.groupOf(this));
    }

    /// The same request for a run that repeats another one, and need not wait for a time.
    ///
    /// @param others variables in place of those of this request
    public RunRequest repeating(Rerun original, Map<String, String> others) {
        Queueing now =
                new Queueing(
                        queueing.priority(),
                        Optional.empty(),
                        queueing.concurrency(),
                        queueing.labels());
        return new RunRequest(
                url,
                ref,
                pipeline,
                others,
                secrets,
                callbacks,
                now,
                Optional.of(original),
                pullRequest);
    }

    /// A request for the default pipeline of the default branch.
    public static RunRequest of(String url) {
        return new RunRequest(url, Optional.empty(), Optional.empty(), Map.of(), Callbacks.NONE);
    }

    /// The address as people may see it: `***` stands for a password or a token and whatever comes
    /// with it. The user of ssh is no secret.
    public String shownUrl() {
        return SSH_USER.matcher(url).lookingAt()
                ? url
                : CREDENTIALS.matcher(url).replaceFirst("$1***@");
    }

    /// Without secrets, so that it may be part of a message.
    @Override
    public String toString() {
        return "RunRequest[url=%s, ref=%s, pipeline=%s, variables=%s, secrets=%s]"
                .formatted(
                        shownUrl(),
                        ref,
                        pipeline,
                        new TreeSet<>(variables.keySet()),
                        new TreeSet<>(secrets.keySet()));
    }

    /// A wish to merge a branch.
    ///
    /// @param id what people call it, a number for example
    /// @param source the branch that is to be merged
    /// @param target the branch into which it is to be merged
    public record PullRequest(Optional<String> id, String source, String target) {}

    /// What a run repeats, with the facts of the original that it builds on; the original has
    /// ended, so they do not change any more.
    ///
    /// @param of the original
    /// @param revision full commit id to run; empty for whatever the ref stands for now
    /// @param kept the steps that need not run again when their workspace is still there, by
    ///   number, each with the run that executed it
    /// @param pushed the commit that the branch was at in the end, when one of the steps pushed
    public record Rerun(
            RunId of,
            Optional<String> revision,
            Map<Integer, RunId> kept,
            Optional<String> pushed) {
        public Rerun {
            kept = Map.copyOf(kept);
        }
    }
}
