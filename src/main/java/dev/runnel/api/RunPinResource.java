package dev.runnel.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.RunRetention;
import dev.runnel.store.RunRetention.Keeping;
import dev.runnel.stream.Rfc3339;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// Keeps a run from being removed by age or number.
@Path("/api/v1/runs/{id}/pin")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class RunPinResource {
    private final Runs runs;
    private final RunRetention retention;

    RunPinResource(Runs runs, RunRetention retention) {
        this.runs = runs;
        this.retention = retention;
    }

    /// How a run is kept.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Keeping")
    record KeepingJson(
            @Schema(description = "Whether it is kept whatever its age.") boolean pinned,
            @Schema(
                            description = "When its log was removed; left out while it is there.",
                            format = "date-time")
                    Optional<String> logRemovedAt) {}

    @GET
    public KeepingJson look(@PathParam("id") String id) {
        return json(id, retention.keeping(found(id)));
    }

    @PUT
    public KeepingJson pin(@PathParam("id") String id) {
        return json(id, retention.pin(found(id), true));
    }

    @DELETE
    public KeepingJson unpin(@PathParam("id") String id) {
        return json(id, retention.pin(found(id), false));
    }

    private RunId found(String id) {
        Run run = runs.find(id);
        return run.id();
    }

    private static KeepingJson json(String id, Optional<Keeping> keeping) {
        return keeping.map(known ->
                        new KeepingJson(known.pinned(), known.logRemovedAt().map(Rfc3339::of)))
                .orElseThrow(() -> Runs.unknown(id));
    }
}
