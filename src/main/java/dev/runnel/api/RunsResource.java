package dev.runnel.api;

import dev.runnel.api.RunJson.PageJson;
import dev.runnel.api.Runs.Submitted;
import dev.runnel.engine.RunRepeater.Wish;
import dev.runnel.engine.RunStarter;
import dev.runnel.network.AddressGuard;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.run.Run;
import dev.runnel.run.StepRun;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Waiting;
import dev.runnel.store.RunStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Runs: ask for one, list them, look at one, stop one.
@Path("/api/v1/runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class RunsResource {
    private static final String KEY_HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7E]{1,255}");

    private final Runs runs;
    private final RunStarter starter;
    private final RunStore store;
    private final RunQueue queue;
    private final AddressGuard guard;

    RunsResource(
            Runs runs, RunStarter starter, RunStore store, RunQueue queue, AddressGuard guard) {
        this.runs = runs;
        this.starter = starter;
        this.store = store;
        this.queue = queue;
        this.guard = guard;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response submit(InputStream body, @Context HttpHeaders headers) {
        Optional<String> key = idempotencyKey(headers);
        return accepted(runs.submit(RunSubmission.read(body, guard), key));
    }

    @POST
    @Path("{id}/rerun")
    @Consumes(MediaType.WILDCARD)
    public Response rerun(
            @PathParam("id") String id, InputStream body, @Context HttpHeaders headers) {
        Optional<String> key = idempotencyKey(headers);
        Wish wish = RerunBody.read(body, Optional.ofNullable(headers.getMediaType()));
        return accepted(runs.repeat(runs.find(id), wish, key));
    }

    private static Response accepted(Submitted submitted) {
        Run run = submitted.run();
        Response.ResponseBuilder answer =
                Response.accepted(RunJson.of(run)).location(URI.create(RunJson.path(run)));
        if (submitted.repeated()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.build();
    }

    @GET
    public Response list(@Context UriInfo uri) {
        RunsQuery query = RunsQuery.read(uri.getQueryParameters());
        // one more than asked for tells whether there is a next page
        List<Run> found = store.list(query.filter(), query.after(), query.limit() + 1);
        List<Run> page = found.subList(0, Math.min(found.size(), query.limit()));
        Optional<String> next =
                found.size() > page.size()
                        ? Optional.of(Cursor.after(page.getLast().id(), query.filter()))
                        : Optional.empty();
        Response.ResponseBuilder answer =
                Response.ok(new PageJson(page.stream().map(RunJson::summary).toList(), next));
        next.ifPresent(cursor ->
                answer.header(HttpHeaders.LINK, "<" + link(uri, cursor) + ">; rel=\"next\""));
        return answer.build();
    }

    @GET
    @Path("{id}")
    public RunJson get(@PathParam("id") String id) {
        Run run = runs.find(id);
        Optional<Waiting> place =
                run.state().isFinal() ? Optional.empty() : queue.waiting(run.id());
        return RunJson.of(run, place, runs.rerunsOf(run));
    }

    @DELETE
    @Path("{id}")
    public Response cancel(@PathParam("id") String id) {
        Run run = runs.find(id);
        if (run.state().isFinal()) {
            return Response.ok(RunJson.of(run)).build();
        }
        starter.cancel(run.id());
        return Response.accepted(RunJson.of(runs.find(id))).build();
    }

    @POST
    @Path("{id}/cancel")
    @Consumes(MediaType.WILDCARD)
    public Response stop(@PathParam("id") String id) {
        return cancel(id);
    }

    @POST
    @Path("{id}/steps/{step}/cancel")
    @Consumes(MediaType.WILDCARD)
    public Response stop(@PathParam("id") String id, @PathParam("step") String number) {
        Run run = runs.find(id);
        StepRun step = Runs.step(run, number);
        if (run.state().isFinal() || step.state().isFinal()) {
            return Response.ok(RunJson.of(run)).build();
        }
        starter.cancel(run.id(), step.number());
        return Response.accepted(RunJson.of(runs.find(id))).build();
    }

    @POST
    @Path("{id}/steps/{step}/approve")
    @Consumes(MediaType.WILDCARD)
    public Response approve(@PathParam("id") String id, @PathParam("step") String number) {
        Run run = runs.find(id);
        StepRun step = Runs.step(run, number);
        if (step.approved()) {
            return Response.ok(RunJson.of(run)).build();
        }
        if (!step.isWaitingForApproval()) {
            throw Runs.notWaiting(run, step);
        }
        starter.approve(run.id(), step.number());
        return Response.accepted(RunJson.of(runs.find(id))).build();
    }

    private static String link(UriInfo uri, String cursor) {
        URI next = uri.getRequestUriBuilder().replaceQueryParam("cursor", cursor).build();
        return next.getRawPath() + "?" + next.getRawQuery();
    }

    private static Optional<String> idempotencyKey(HttpHeaders headers) {
        List<String> values = headers.getRequestHeaders().getOrDefault(KEY_HEADER, List.of());
        if (values.isEmpty()) {
            return Optional.empty();
        }
        if (values.size() > 1 || !KEY.matcher(values.getFirst()).matches()) {
            throw new RequestRefused(
                    ProblemType.INVALID_IDEMPOTENCY_KEY,
                    values.size() > 1
                            ? "The header is given " + values.size() + " times."
                            : "The key has "
                                    + values.getFirst().length()
                                    + " characters, or one"
                                    + " that is not visible ASCII.");
        }
        return Optional.of(values.getFirst());
    }
}
