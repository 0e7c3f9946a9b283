package dev.runnel.api;

import dev.runnel.eventlog.EventLog;
import dev.runnel.logtext.TimeSpan;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import dev.runnel.run.Run;
import dev.runnel.stream.EventFilter;
import dev.runnel.stream.EventRendering;
import dev.runnel.stream.EventRendering.Framing;
import dev.runnel.stream.EventType;
import dev.runnel.stream.RunStream;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/// The log of a run as a stream of events.
@Path("/api/v1/runs/{id}/events")
@Produces({MediaType.SERVER_SENT_EVENTS, RunEventsResource.NDJSON})
@RunOnVirtualThread
final class RunEventsResource {
    static final String NDJSON = "application/x-ndjson";

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final Runs runs;
    private final EventLog log;

    RunEventsResource(Runs runs, EventLog log) {
        this.runs = runs;
        this.log = log;
    }

    @GET
    public Response follow(
            @PathParam("id") String id, @Context HttpHeaders headers, @Context UriInfo uri) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        EventFilter filter = new EventFilter(LogParameters.steps(query), types(query));
        TimeSpan times = LogParameters.times(query);
        long after = position(headers, query);
        Run run = runs.findWithLog(id, after);
        if (after > run.events()) {
            throw badPosition(
                    "The run has "
                            + run.events()
                            + " events; there is none with number "
                            + after
                            + ".");
        }
        long begin = Math.max(after, times.after(log, run.id(), run.events()));
        boolean waits = !run.ended() && times.to().isEmpty();
        long until = waits ? Long.MAX_VALUE : times.until(log, run.id(), run.events());
        if (begin >= until) {
            // makes an EventSource give up, which comes back after every end
            return head(Response.noContent());
        }
        return head(
                Response.ok(
                        new RunStream(
                                run.id(),
                                begin,
                                until,
                                media -> new EventRendering(filter, framing(media)))));
    }

    @HEAD
    @Operation(hidden = true)
    public Response look(@PathParam("id") String id) {
        runs.find(id);
        return head(Response.ok());
    }

    private static Response head(Response.ResponseBuilder answer) {
        return answer.header(HttpHeaders.CACHE_CONTROL, "no-store")
                // asks nginx and its like not to hold events back
                .header("X-Accel-Buffering", "no")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private static Framing framing(MediaType media) {
        return media.isCompatible(MediaType.SERVER_SENT_EVENTS_TYPE) ? Framing.SSE : Framing.NDJSON;
    }

    private static long position(HttpHeaders headers, MultivaluedMap<String, String> query) {
        String header = headers.getHeaderString(LAST_EVENT_ID);
        if (header != null && !header.isEmpty()) {
            return position(LAST_EVENT_ID, header);
        }
        List<String> after = query.getOrDefault("after", List.of("0"));
        return position("after", after.getFirst());
    }

    private static long position(String name, String text) {
        try {
            long position = Long.parseLong(text);
            if (position >= 0) {
                return position;
            }
        } catch (NumberFormatException e) {
            // told below like a negative number
        }
        throw badPosition(name + " '" + text + "' is not the number of an event.");
    }

    private static RequestRefused badPosition(String detail) {
        return new RequestRefused(ProblemType.INVALID_POSITION, detail);
    }

    private static Set<EventType> types(MultivaluedMap<String, String> query) {
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        RunsQuery.words("types", query).forEach(word -> types.add(type(word)));
        return types;
    }

    private static EventType type(String word) {
        return EventType.parse(word)
                .orElseThrow(() ->
                        RequestRefused.parameter(
                                "types",
                                "there are no events of type '" + word + "'",
                                Spelling.hint(word, EventType.texts())));
    }
}
