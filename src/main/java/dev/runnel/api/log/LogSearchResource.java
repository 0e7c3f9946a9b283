package dev.runnel.api.log;

import dev.runnel.api.LogParameters;
import dev.runnel.api.Runs;
import dev.runnel.eventlog.EventLog;
import dev.runnel.logtext.LinePattern;
import dev.runnel.logtext.LinePattern.NotAnExpression;
import dev.runnel.logtext.LogSearch;
import dev.runnel.logtext.TimeSpan;
import dev.runnel.problem.ProblemDocument;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.run.Run;
import dev.runnel.stream.LogText;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Looks for lines in what the steps of a run printed.
@Path("/api/v1/runs/{id}/log/search")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class LogSearchResource {
    private static final int USUAL_LIMIT = 100;
    private static final int LARGEST_LIMIT = 1000;

    private final Runs runs;
    private final EventLog log;
    private final Duration atMost;

    LogSearchResource(
            Runs runs,
            EventLog log,
            @ConfigProperty(name = "runnel.events.search-time") Duration atMost) {
        this.runs = runs;
        this.log = log;
        this.atMost = atMost;
    }

    @GET
    public Response search(@PathParam("id") String id, @Context UriInfo uri) {
        MultivaluedMap<String, String> query = uri.getQueryParameters();
        LinePattern pattern = pattern(query);
        int limit = limit(query);
        LogText text = LogQuery.text(query);
        TimeSpan times = LogParameters.times(query);
        LogSearch search = new LogSearch(log, pattern, text.steps(), text::wants, limit, atMost);
        Run run = runs.findWithLog(id, 0);
        long after = times.after(log, run.id(), run.events());
        long until = times.until(log, run.id(), run.events());
        try {
            return Response.ok(SearchJson.of(search.search(run.id(), after, until)))
                    .header(HttpHeaders.CACHE_CONTROL, "no-store")
                    .build();
        } catch (LogSearch.TookTooLong e) {
            throw new RequestRefused(
                    ProblemDocument.of(
                                    ProblemType.SEARCH_TOO_LONG,
                                    "The search was given up after "
                                            + atMost.toMillis()
                                            + " ms, at "
                                            + e.getMessage()
                                            + ".")
                            .about(run.id()));
        }
    }

    private static LinePattern pattern(MultivaluedMap<String, String> query) {
        String text = query.getFirst("q");
        if (text == null || text.isEmpty()) {
            throw RequestRefused.parameter("q", "this is missing", "say what to look for");
        }
        if (text.length() > LinePattern.LONGEST) {
            throw RequestRefused.parameter(
                    "q",
                    "this has " + text.length() + " characters",
                    "give " + LinePattern.LONGEST + " at the most");
        }
        if (!LogQuery.flag("regex", query)) {
            return new LinePattern.Text(text);
        }
        try {
            return LinePattern.expression(text);
        } catch (NotAnExpression e) {
            throw RequestRefused.parameter(
                    "q",
                    "this is no regular expression that can be used: " + e.getMessage(),
                    "use the syntax of RE2, which has no lookaround and no backreferences");
        }
    }

    private static int limit(MultivaluedMap<String, String> query) {
        String text = query.getFirst("limit");
        if (text == null) {
            return USUAL_LIMIT;
        }
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LARGEST_LIMIT) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // told below like any other wrong number
        }
        throw RequestRefused.parameter(
                "limit",
                "'" + text + "' is not a number of lines",
                "give a number from 1 to " + LARGEST_LIMIT);
    }
}
