package dev.runnel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `runnel run`
@Command(
        name = "run",
        description = "Submits a run. Prints its id, or follows it with --follow.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ServerOption server;

    @Parameters(index = "0", paramLabel = "GIT-URL", description = "the repository")
    private String url;

    @Option(names = "--ref", description = "branch, tag or commit; default: the default branch")
    private @Nullable String ref;

    @Option(names = "--pipeline", description = "name of the pipeline in the file")
    private @Nullable String pipeline;

    @Option(
            names = {"-v", "--variable"},
            paramLabel = "NAME=VALUE",
            description = "a variable of every command; may be given more than once")
    private Map<String, String> variables = new LinkedHashMap<>();

    @Option(
            names = "--secret",
            paramLabel = "NAME",
            description =
                    "a variable whose value is shown nowhere and masked in the output; the value is"
                            + " that of the environment; may be given more than once")
    private List<String> secrets = List.of();

    @Option(
            names = "--pr-source",
            paramLabel = "BRANCH",
            description = "the run is for a pull request: the branch that is to be merged")
    private @Nullable String source;

    @Option(
            names = "--pr-target",
            paramLabel = "BRANCH",
            description = "the branch into which it is to be merged")
    private @Nullable String target;

    @Option(names = "--pr-id", paramLabel = "ID", description = "what people call the pull request")
    private @Nullable String pullRequest;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "a label that the instance has to have; may be given more than once")
    private List<String> labels = List.of();

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "repeating a request with the same key gives the same run")
    private @Nullable String key;

    @Option(
            names = {"-f", "--follow"},
            description = "show what happens until the end; the exit code is the outcome")
    private boolean follow;

    @Option(names = "--raw", description = "with --follow: leave escape sequences in the output")
    private boolean raw;

    @Override
    public Integer call() throws InterruptedException {
        RunnelClient client = server.client();
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("url", url);
        Optional.ofNullable(ref).ifPresent(value -> request.put("ref", value));
        Optional.ofNullable(pipeline).ifPresent(value -> request.put("pipeline", value));
        if (!variables.isEmpty()) {
            request.put("variables", variables);
        }
        if (!secrets.isEmpty()) {
            request.put("secrets", values(secrets, System.getenv()));
        }
        Map<String, Object> pull = new LinkedHashMap<>();
        Optional.ofNullable(pullRequest).ifPresent(value -> pull.put("id", value));
        Optional.ofNullable(source).ifPresent(value -> pull.put("source", value));
        Optional.ofNullable(target).ifPresent(value -> pull.put("target", value));
        if (!pull.isEmpty()) {
            request.put("pullRequest", pull);
        }
        if (!labels.isEmpty()) {
            request.put("labels", labels);
        }
        JsonNode run = client.submit(request, Optional.ofNullable(key));
        String id = run.path("id").asText();
        if (!follow) {
            spec.commandLine().getOut().println(id);
            return 0;
        }
        return LivePrinter.follow(client, id, List.of(), raw, spec.commandLine().getOut());
    }

    /// The values that the environment has under these names. A command line is seen by everybody
    /// on the machine, so they are not given there.
    static Map<String, String> values(List<String> names, Map<String, String> environment) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : names) {
            values.put(
                    name,
                    Optional.ofNullable(environment.get(name))
                            .orElseThrow(() ->
                                    new CliFailure(
                                            Runnel.FAILED,
                                            "--secret "
                                                    + name
                                                    + ": there is no such variable in the"
                                                    + " environment")));
        }
        return values;
    }
}
