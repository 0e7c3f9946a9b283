package dev.runnel.api.log;

import dev.runnel.api.Runs;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.TextEnd;
import dev.runnel.logtext.LogTail;
import dev.runnel.problem.ProblemDocument;
import dev.runnel.problem.ProblemType;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.stream.LogText;
import dev.runnel.stream.Rendering;
import dev.runnel.stream.RunStream;
import dev.runnel.stream.RunStream.Cut;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;

/// What the steps of a run printed, as text.
@Path("/api/v1/runs/{id}/log")
@Produces({"text/plain;charset=UTF-8", "application/gzip"})
@RunOnVirtualThread
final class RunLogResource {
    private static final int PARTIAL_CONTENT = 206;
    private static final int PIECE = 2000;

    private final Runs runs;
    private final EventLog log;

    RunLogResource(Runs runs, EventLog log) {
        this.runs = runs;
        this.log = log;
    }

    @GET
    public Response read(
            @PathParam("id") String id, @Context UriInfo uri, @Context HttpHeaders headers) {
        LogQuery query = LogQuery.read(uri.getQueryParameters());
        Run run = runs.findWithLog(id, 0);
        if (query.follow()) {
            boolean waits = !run.ended() && query.times().to().isEmpty();
            long until = waits ? Long.MAX_VALUE : end(run, query);
            return answer(run, stream(run, begin(run, query), until, query, Cut.NONE), query, 200)
                    .build();
        }
        Optional<String> range = range(run, headers);
        if (range.isPresent() && query.hasRanges()) {
            return part(run, query, range);
        }
        return whole(run, query, headers);
    }

    @HEAD
    @Operation(hidden = true)
    public Response look(@PathParam("id") String id, @Context UriInfo uri) {
        Run run = runs.find(id);
        return head(Response.ok(), run, LogQuery.read(uri.getQueryParameters())).build();
    }

    private Response whole(Run run, LogQuery query, HttpHeaders headers) {
        boolean gzipFile = query.download().filter(LogQuery.Download.GZIP::equals).isPresent();
        boolean gzip = gzipFile || (query.download().isEmpty() && takesGzip(headers));
        RunStream stream =
                stream(run, begin(run, query), end(run, query), query, gzip ? Cut.GZIP : Cut.NONE);
        Response.ResponseBuilder answer = answer(run, stream, query, 200);
        if (gzip && !gzipFile) {
            answer.header(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        query.download()
                .ifPresent(kind ->
                        answer.header(
                                HttpHeaders.CONTENT_DISPOSITION,
                                "attachment; filename=\"run-"
                                        + run.id()
                                        + (gzipFile ? ".log.gz\"" : ".log\"")));
        return answer.build();
    }

    /// The event after which the wanted text begins.
    private long begin(Run run, LogQuery query) {
        long first = query.times().after(log, run.id(), run.events());
        if (query.tail().isEmpty()) {
            return first;
        }
        long lines = query.tail().getAsLong();
        LogText text = query.text();
        return Math.max(
                first,
                LogTail.begin(log, run.id(), end(run, query), text.steps(), text::wants, lines));
    }

    /// The event with which the wanted text ends.
    private long end(Run run, LogQuery query) {
        return query.times().until(log, run.id(), run.events());
    }

    private static RunStream stream(Run run, long after, long until, LogQuery query, Cut cut) {
        Rendering rendering = query.rendering();
        return new RunStream(run.id(), after, until, _ -> rendering, cut);
    }

    /// A `Range` header that counts: with `If-Range`, only while the text is the one that the
    /// client has seen.
    private static Optional<String> range(Run run, HttpHeaders headers) {
        Optional<String> condition = Optional.ofNullable(headers.getHeaderString("If-Range"));
        return condition.isPresent() && !condition.equals(tag(run))
                ? Optional.empty()
                : Optional.ofNullable(headers.getHeaderString("Range"));
    }

    private Response part(Run run, LogQuery query, Optional<String> header) {
        Optional<TextEnd> known = query.isWhole() ? log.textEnd(run.id()) : Optional.empty();
        TextEnd end = known.orElseGet(() -> measured(run, query.rendering()));
        return switch (ByteRange.of(header, end.bytes())) {
            case ByteRange.Asked.Whole() ->
                    answer(run, stream(run, 0, end.seq(), query, Cut.NONE), query, 200).build();
            case ByteRange.Asked.Beyond() -> beyond(run.id(), end.bytes());
            case ByteRange.Asked.Part(ByteRange range) -> {
                TextEnd begin =
                        known.isPresent() ? log.textBefore(run.id(), range.first()) : TextEnd.START;
                Cut cut =
                        new Cut(
                                range.first() - begin.bytes(),
                                OptionalLong.of(range.length()),
                                false);
                RunStream stream = stream(run, begin.seq(), end.seq(), query, cut);
                yield answer(run, stream, query, PARTIAL_CONTENT)
                        .header("Content-Range", range.of(end.bytes()))
                        .header(HttpHeaders.CONTENT_LENGTH, range.length())
                        .build();
            }
        };
    }

    /// The length of a text that the log does not know.
    private TextEnd measured(Run run, Rendering rendering) {
        TextEnd end = TextEnd.START;
        while (end.seq() < run.events()) {
            List<RecordedEvent> events = log.read(run.id(), end.seq(), PIECE);
            if (events.isEmpty()) {
                return end;
            }
            long bytes = rendering.render(run.id(), events).length;
            long last = events.getLast().seq();
            if (bytes == 0 && !rendering.steps().isEmpty()) {
                last = log.passOver(run.id(), last, rendering.steps());
            }
            end = new TextEnd(last, end.bytes() + bytes);
        }
        return end;
    }

    private static Response beyond(RunId run, long length) {
        ProblemDocument problem =
                ProblemDocument.of(
                                ProblemType.RANGE_NOT_SATISFIABLE,
                                "The text has " + length + " bytes.")
                        .about(run);
        return Response.status(problem.status())
                .type(ProblemDocument.MEDIA_TYPE)
                .entity(problem.toJson())
                .header("Content-Range", "bytes */" + length)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private static Response.ResponseBuilder answer(
            Run run, RunStream stream, LogQuery query, int status) {
        return head(Response.status(status).entity(stream), run, query);
    }

    private static Response.ResponseBuilder head(
            Response.ResponseBuilder answer, Run run, LogQuery query) {
        boolean gzipFile = query.download().filter(LogQuery.Download.GZIP::equals).isPresent();
        boolean ranges = query.hasRanges();
        tag(run).filter(_ -> ranges).ifPresent(tag -> answer.header(HttpHeaders.ETAG, tag));
        return answer.type(gzipFile ? "application/gzip" : MediaType.TEXT_PLAIN + ";charset=UTF-8")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .header("X-Accel-Buffering", "no")
                .header("X-Content-Type-Options", "nosniff")
                .header("Accept-Ranges", ranges ? "bytes" : "none");
    }

    /// Names the text of an ended run, which does not change any more.
    private static Optional<String> tag(Run run) {
        return run.ended() ? Optional.of("\"" + run.events() + "\"") : Optional.empty();
    }

    private static boolean takesGzip(HttpHeaders headers) {
        String header = headers.getHeaderString(HttpHeaders.ACCEPT_ENCODING);
        if (header == null) {
            return false;
        }
        for (String part : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] words = part.strip().split("\\s*;\\s*", -1);
            if (words[0].equals("gzip")) {
                return words.length == 1 || !words[1].matches("q=0(\\.0*)?");
            }
        }
        return false;
    }
}
