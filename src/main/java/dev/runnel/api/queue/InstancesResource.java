package dev.runnel.api.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runnel.api.queue.QueueJson.LimitsJson;
import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Seen;
import dev.runnel.stream.Rfc3339;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The processes that share the database.
@Path("/api/v1/instances")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class InstancesResource {
    private final Instances instances;

    InstancesResource(Instances instances) {
        this.instances = instances;
    }

    @GET
    public InstancesJson list() {
        return new InstancesJson(instances.all().stream().map(InstanceJson::of).toList());
    }

    /// All instances.
    @Schema(name = "Instances")
    record InstancesJson(List<InstanceJson> instances) {}

    /// An instance as it told of itself with its last sign of life.
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(name = "Instance")
    record InstanceJson(
            String id,
            String host,
            @Schema(description = "Of Runnel.") String version,
            @Schema(description = "Where its steps run.", examples = "docker") String executor,
            @Schema(
                            description =
                                    "`draining`: it ends and takes nothing new; `dead`: its sign of"
                                            + " life is overdue.",
                            enumeration = {"accepting", "draining", "dead"})
                    String state,
            @Schema(format = "date-time") String startedAt,
            @Schema(format = "date-time") String heartbeatAt,
            @Schema(description = "Runs and steps in progress.") LimitsJson running,
            @Schema(description = "Runs and steps at a time.") LimitsJson limits,
            @Schema(description = "What it has, for runs that ask for it.") List<String> labels) {
        static InstanceJson of(Seen seen) {
            Instance instance = seen.instance();
            String living = instance.accepting() ? "accepting" : "draining";
            return new InstanceJson(
                    instance.id(),
                    instance.host(),
                    instance.version(),
                    instance.executor(),
                    seen.alive() ? living : "dead",
                    Rfc3339.of(instance.startedAt()),
                    Rfc3339.of(seen.heartbeatAt()),
                    LimitsJson.of(instance.now()),
                    LimitsJson.of(instance.limits()),
                    instance.labels().stream().sorted().toList());
        }
    }
}
