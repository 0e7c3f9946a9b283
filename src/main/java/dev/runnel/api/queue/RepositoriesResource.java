package dev.runnel.api.queue;

import dev.runnel.api.queue.QueueJson.PauseJson;
import dev.runnel.api.queue.QueueJson.PausedJson;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.store.Pauses;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.RunFilter;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;

/// Repositories, of which one can be paused. Names are `owner/name`, with the slash as it is or
/// encoded, or `name` alone where there is no owner.
@Path("/api/v1/repositories")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class RepositoriesResource {
    private final Pauses pauses;
    private final RunStore store;

    RepositoriesResource(Pauses pauses, RunStore store) {
        this.pauses = pauses;
        this.store = store;
    }

    @POST
    @Path("{owner}/{name}/pause")
    @Consumes(MediaType.WILDCARD)
    public PauseJson pause(
            @PathParam("owner") String owner,
            @PathParam("name") String name,
            InputStream json,
            @Context RoutingContext request) {
        return pause(owner + "/" + name, json, request);
    }

    @POST
    @Path("{name}/pause")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public PauseJson pause(
            @PathParam("name") String name, InputStream json, @Context RoutingContext request) {
        PauseBody body = PauseBody.read(json, request);
        Scope.Repository repository = repository(name);
        // a name that was mistyped would be paused without anybody noticing that it is not
        if (!isKnown(repository)) {
            throw unknown(name);
        }
        return PauseJson.of(pauses.pause(repository, body.by(), body.reason()));
    }

    @POST
    @Path("{owner}/{name}/resume")
    @Consumes(MediaType.WILDCARD)
    public PausedJson resume(@PathParam("owner") String owner, @PathParam("name") String name) {
        return resume(owner + "/" + name);
    }

    @POST
    @Path("{name}/resume")
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public PausedJson resume(@PathParam("name") String name) {
        Scope.Repository repository = repository(name);
        if (!pauses.resume(repository) && !isKnown(repository)) {
            throw unknown(name);
        }
        return PausedJson.of(pauses.all());
    }

    private static Scope.Repository repository(String name) {
        return new Scope.Repository(name.toLowerCase(Locale.ROOT));
    }

    private boolean isKnown(Scope.Repository repository) {
        RunFilter itsRuns =
                new RunFilter(
                        Set.of(),
                        Optional.of(repository.name()),
                        Optional.empty(),
                        Optional.empty());
        return !store.list(itsRuns, Optional.empty(), 1).isEmpty();
    }

    private static RequestRefused unknown(String name) {
        // a text of any length may stand in a path
        String shown = name.length() <= 64 ? name : name.substring(0, 64) + "…";
        return new RequestRefused(
                ProblemType.REPOSITORY_NOT_KNOWN, "No run is of a repository '" + shown + "'.");
    }
}
