package dev.runnel.api.preview;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.preview.Preview;
import dev.runnel.preview.Preview.Lint;
import dev.runnel.preview.Preview.Plan;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import io.quarkus.arc.All;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// Says what a pipeline file says. The body of a request is the file; nothing is stored.
@Path("/")
@RunOnVirtualThread
final class PreviewResource {
    // one byte more than is read, so that the reader says that the file is too large
    private static final int MOST_BYTES = 1024 * 1024 + 1;
    private static final String TEXT = MediaType.TEXT_PLAIN + ";charset=UTF-8";

    private final Preview preview;

    PreviewResource(@All List<PipelineFormat> formats) {
        this.preview = new Preview(formats);
    }

    @POST
    @Path("api/v1/lint")
    @Consumes(MediaType.WILDCARD)
    public Response lint(InputStream body, @Context UriInfo uri) {
        PreviewQuery query =
                PreviewQuery.read(
                        uri.getQueryParameters(), PreviewQuery.LINT, List.of("json", "text"));
        Lint lint = preview.lint(file(body, query));
        return query.format().equals("json")
                ? json(lint.json().toPrettyString() + "\n")
                : Response.ok(lint.text(), TEXT).build();
    }

    @POST
    @Path("api/v1/plan")
    @Consumes(MediaType.WILDCARD)
    public Response plan(InputStream body, @Context UriInfo uri) {
        PreviewQuery query =
                PreviewQuery.read(
                        uri.getQueryParameters(),
                        PreviewQuery.PLAN,
                        List.of("json", "text", "mermaid"));
        Plan plan = preview.plan(file(body, query), query.selection());
        return switch (query.format()) {
            case "text" -> Response.ok(plan.text(), TEXT).build();
            case "mermaid" -> Response.ok(plan.mermaid(), TEXT).build();
            default -> json(plan.json().toPrettyString() + "\n");
        };
    }

    @GET
    @Path("schema/pipeline.json")
    public Response schema() {
        return Response.ok(preview.schema(), "application/schema+json").build();
    }

    private static Response json(String text) {
        return Response.ok(text, MediaType.APPLICATION_JSON).build();
    }

    private static PipelineFile file(InputStream body, PreviewQuery query) {
        try {
            return new PipelineFile(query.file(), body.readNBytes(MOST_BYTES));
        } catch (IOException e) {
            throw new RequestRefused(
                    ProblemType.BAD_REQUEST, "The body ended before it was complete.");
        }
    }
}
