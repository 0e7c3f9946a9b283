package dev.runnel.api;

import dev.runnel.network.AddressGuard;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import java.io.InputStream;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The body that asks for a run. Its components are the fields of the JSON and their documentation;
/// what their values must satisfy beyond their form is the engine's to say.
@Schema(name = "RunSubmission", description = "What to run.")
record RunSubmission(
        @Schema(
                        description = "Address of the git repository, as `git clone` takes it.",
                        examples = "https://git.example/team/job.git",
                        required = true)
                String url,
        @Schema(
                        description =
                                "Branch, tag or full commit id; left out: the default branch.",
                        examples = "main")
                Optional<String> ref,
        @Schema(
                        description =
                                "Name of the pipeline in the file; left out: the default one.",
                        examples = "default")
                Optional<String> pipeline,
        @Schema(
                        description =
                                "Environment variables of every command; at most 100, names match"
                                        + " `[A-Za-z_][A-Za-z0-9_]*`.")
                Map<String, String> variables,
        @Schema(
                        description =
                                "Environment variables of every command whose values are shown"
                                        + " nowhere and masked in the output; names as those of"
                                        + " variables, and none that is there already.")
                Map<String, String> secrets,
        @Schema(description = "Where to tell about changes.") Optional<CallbacksBody> callbacks,
        @Schema(
                        description = "-100 to 100; higher goes first.",
                        defaultValue = "0",
                        examples = "10")
                OptionalInt priority,
        @Schema(description = "The earliest time to begin at.", format = "date-time")
                Optional<String> notBefore,
        @Schema(description = "Keeps runs of one group from being live at the same time.")
                Optional<ConcurrencyBody> concurrency,
        @Schema(
                        description =
                                "What the instance has to have that takes it, besides what the"
                                        + " file asks for with `runs-on`.",
                        examples = "[\"linux\", \"gpu\"]")
                List<String> labels,
        @Schema(
                        description =
                                "The pull request that the run is for; chooses among the file's"
                                        + " `pull-requests`.")
                Optional<PullRequestBody> pullRequest) {
    private static final int LONGEST_URL = 4096;

    /// Who is told.
    @Schema(
            name = "Callbacks",
            description =
                    "Absolute http or https URLs on the public Internet, without a user, each optional.")
    record CallbacksBody(
            @Schema(description = "Gets the run's object.") Optional<String> run,
            @Schema(description = "Gets the step's object.") Optional<String> step,
            @Schema(description = "Gets the command's object.") Optional<String> command,
            @Schema(
                            description =
                                    "`post`: the object is posted on every change. `register`: it is"
                                            + " posted once, then `_links.self.href` of the answer"
                                            + " is patched.",
                            enumeration = {"post", "register"},
                            defaultValue = "post")
                    Optional<String> protocol) {}

    /// A pull request.
    @Schema(name = "PullRequest")
    record PullRequestBody(
            @Schema(description = "What people call it.", examples = "42") Optional<String> id,
            @Schema(
                            description =
                                    "The branch that is to be merged; checked out unless `ref` says"
                                            + " otherwise.",
                            examples = "feature/login",
                            required = true)
                    String source,
            @Schema(
                            description = "The branch into which it is to be merged.",
                            examples = "main",
                            required = true)
                    String target) {}

    /// Which runs must not be live at the same time.
    @Schema(name = "Concurrency")
    record ConcurrencyBody(
            @Schema(
                            description =
                                    "May hold `${repository}`, `${ref}`, `${pipeline}` and"
                                            + " `${variables.NAME}`.",
                            defaultValue = Concurrency.USUAL_GROUP)
                    Optional<String> group,
            @Schema(description = "How many of the group may be live.", defaultValue = "1")
                    OptionalInt limit,
            @Schema(
                            description =
                                    "What becomes of a run beyond the limit: `queue`: it waits;"
                                            + " `cancel-previous`: the oldest others are"
                                            + " cancelled; `reject`: it is refused.",
                            enumeration = {"queue", "cancel-previous", "reject"},
                            defaultValue = "queue")
                    Optional<String> policy) {}

    /// Reads a body.
    ///
    /// @param guard says which addresses may be told about changes
    /// @throws dev.runnel.problem.RequestRefused when its form is not right
    static RunRequest read(InputStream json, AddressGuard guard) {
        JsonBody body = JsonBody.read(json).knowing(fieldsOf(RunSubmission.class));
        String url = body.requiredText("url", "give the address of a git repository");
        if (url.length() > LONGEST_URL) {
            body.fault(
                    "url",
                    "this has " + url.length() + " characters",
                    "a URL has " + LONGEST_URL + " characters at the most");
        }
        Optional<PullRequest> pullRequest =
                body.object("pullRequest").map(RunSubmission::pullRequest);
        RunRequest request =
                new RunRequest(
                        url,
                        body.text("ref").or(() -> pullRequest.map(PullRequest::source)),
                        body.text("pipeline"),
                        body.texts("variables"),
                        body.texts("secrets"),
                        body.object("callbacks")
                                .map(targets -> callbacks(targets, guard))
                                .orElse(Callbacks.NONE),
                        new Queueing(
                                body.integer("priority").orElse(0),
                                body.time("notBefore")
                                        .map(time -> time.truncatedTo(ChronoUnit.MICROS)),
                                body.object("concurrency").map(RunSubmission::concurrency),
                                Set.copyOf(body.textList("labels"))),
                        Optional.empty(),
                        pullRequest);
        body.refuseFaults();
        return request;
    }

    private static PullRequest pullRequest(JsonBody body) {
        body.knowing(fieldsOf(PullRequestBody.class));
        return new PullRequest(
                body.textOrNumber("id"),
                body.requiredText("source", "give the branch that is to be merged"),
                body.requiredText("target", "give the branch into which it is to be merged"));
    }

    private static Concurrency concurrency(JsonBody body) {
        body.knowing(fieldsOf(ConcurrencyBody.class));
        return new Concurrency(
                body.text("group").orElse(Concurrency.USUAL_GROUP),
                body.integer("limit").orElse(1),
                policy(body));
    }

    private static Concurrency.Policy policy(JsonBody body) {
        String word = body.text("policy").orElse(Concurrency.Policy.QUEUE.code());
        return Concurrency.Policy.parse(word)
                .orElseGet(() -> {
                    body.fault(
                            "policy",
                            "there is no such policy",
                            "use queue, cancel-previous or reject");
                    return Concurrency.Policy.QUEUE;
                });
    }

    private static Callbacks callbacks(JsonBody body, AddressGuard guard) {
        body.knowing(fieldsOf(CallbacksBody.class));
        return new Callbacks(
                CallbackTarget.read(body, "run", guard),
                CallbackTarget.read(body, "step", guard),
                CallbackTarget.read(body, "command", guard),
                protocol(body));
    }

    private static Callbacks.Protocol protocol(JsonBody body) {
        String word = body.text("protocol").orElse("post");
        for (Callbacks.Protocol protocol : Callbacks.Protocol.values()) {
            if (protocol.name().toLowerCase(Locale.ROOT).equals(word)) {
                return protocol;
            }
        }
        body.fault("protocol", "there is no such protocol", "use post or register");
        return Callbacks.Protocol.POST;
    }

    private static List<String> fieldsOf(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).map(field -> field.getName()).toList();
    }
}
