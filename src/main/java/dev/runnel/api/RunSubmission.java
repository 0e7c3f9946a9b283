package dev.runnel.api;

import dev.runnel.run.Callbacks;
import dev.runnel.run.RunRequest;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
        @Schema(description = "Where to tell about changes.") Optional<CallbacksBody> callbacks) {
    private static final int LONGEST_URL = 4096;
    private static final Set<String> WEB = Set.of("http", "https");

    /// Who is told.
    @Schema(name = "Callbacks", description = "Absolute http or https URLs, each optional.")
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

    /// Reads a body.
    ///
    /// @throws dev.runnel.problem.RequestRefused when its form is not right
    static RunRequest read(InputStream json) {
        JsonBody body = JsonBody.read(json).knowing(fieldsOf(RunSubmission.class));
        String url = body.requiredText("url", "give the address of a git repository");
        if (url.length() > LONGEST_URL) {
            body.fault(
                    "url",
                    "this has " + url.length() + " characters",
                    "a URL has " + LONGEST_URL + " characters at the most");
        }
        RunRequest request =
                new RunRequest(
                        url,
                        body.text("ref"),
                        body.text("pipeline"),
                        body.texts("variables"),
                        body.object("callbacks")
                                .map(RunSubmission::callbacks)
                                .orElse(Callbacks.NONE),
                        Optional.empty());
        body.refuseFaults();
        return request;
    }

    private static Callbacks callbacks(JsonBody body) {
        body.knowing(fieldsOf(CallbacksBody.class));
        return new Callbacks(
                target("run", body), target("step", body), target("command", body), protocol(body));
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

    private static Optional<URI> target(String name, JsonBody body) {
        Optional<String> text = body.text(name);
        Optional<URI> target = text.flatMap(RunSubmission::webAddress);
        if (text.isPresent() && target.isEmpty()) {
            body.fault(name, "this is not a web address", "give an absolute http or https URL");
        }
        return target;
    }

    private static Optional<URI> webAddress(String text) {
        try {
            URI uri = new URI(text).parseServerAuthority();
            boolean usable =
                    text.length() <= LONGEST_URL
                            && uri.getScheme() != null
                            && WEB.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                            && uri.getHost() != null;
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static List<String> fieldsOf(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents()).map(field -> field.getName()).toList();
    }
}
