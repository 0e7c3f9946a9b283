package dev.runnel.api.queue;

import dev.runnel.api.queue.QueueJson.PauseJson;
import dev.runnel.api.queue.QueueJson.PausedJson;
import dev.runnel.store.Pauses;
import dev.runnel.store.Pauses.Scope;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;

/// Whether new runs are accepted.
@Path("/api/v1/intake")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class IntakeResource {
    private final Pauses pauses;

    IntakeResource(Pauses pauses) {
        this.pauses = pauses;
    }

    @POST
    @Path("pause")
    @Consumes(MediaType.WILDCARD)
    public PauseJson pause(InputStream json, @Context RoutingContext request) {
        PauseBody body = PauseBody.read(json, request);
        return PauseJson.of(pauses.pause(new Scope.Intake(), body.by(), body.reason()));
    }

    @POST
    @Path("resume")
    @Consumes(MediaType.WILDCARD)
    public PausedJson resume() {
        pauses.resume(new Scope.Intake());
        return PausedJson.of(pauses.all());
    }
}
