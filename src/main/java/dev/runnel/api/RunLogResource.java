package dev.runnel.api;

import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.Run;
import dev.runnel.stream.LogText;
import dev.runnel.stream.RunStream;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/// What the steps of a run printed, as text.
@Path("/api/v1/runs/{id}/log")
@Produces("text/plain;charset=UTF-8")
@RunOnVirtualThread
final class RunLogResource {
    private static final List<String> STREAMS = List.of("stdout", "stderr");
    private static final List<String> BOOLEANS = List.of("true", "false");

    private final Runs runs;

    RunLogResource(Runs runs) {
        this.runs = runs;
    }

    @GET
    public Response read(@PathParam("id") String id, @Context UriInfo uri) {
        Run run = runs.findWithLog(id, 0);
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        LogText text = new LogText(StepNumbers.read(query), channels(query));
        long until = isFollowed(query) && !run.ended() ? Long.MAX_VALUE : run.events();
        return head(Response.ok(new RunStream(run.id(), 0, until, _ -> text)));
    }

    @HEAD
    @Operation(hidden = true)
    public Response look(@PathParam("id") String id) {
        runs.find(id);
        return head(Response.ok());
    }

    private static Response head(Response.ResponseBuilder answer) {
        return answer.header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("X-Accel-Buffering", "no")
                .header("X-Content-Type-Options", "nosniff")
                .header("Accept-Ranges", "none")
                .build();
    }

    private static boolean isFollowed(MultivaluedMap<String, String> query) {
        String word = query.getOrDefault("follow", List.of("false")).getFirst();
        if (!BOOLEANS.contains(word)) {
            throw RequestRefused.parameter(
                    "follow", "'" + word + "' is neither true nor false", "give true or false");
        }
        return Boolean.parseBoolean(word);
    }

    private static Set<OutputChannel> channels(MultivaluedMap<String, String> query) {
        Set<OutputChannel> channels = EnumSet.noneOf(OutputChannel.class);
        RunsQuery.words("stream", query).forEach(word -> channels.add(channel(word)));
        return channels;
    }

    private static OutputChannel channel(String word) {
        return switch (STREAMS.indexOf(word)) {
            case 0 -> OutputChannel.STDOUT;
            case 1 -> OutputChannel.STDERR;
            default ->
                    throw RequestRefused.parameter(
                            "stream",
                            "there is no stream '" + word + "'",
                            Spelling.hint(word, STREAMS));
        };
    }
}
