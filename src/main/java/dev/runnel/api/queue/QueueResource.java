package dev.runnel.api.queue;

import dev.runnel.api.queue.QueueJson.LimitsJson;
import dev.runnel.api.queue.QueueJson.PauseJson;
import dev.runnel.api.queue.QueueJson.PausedJson;
import dev.runnel.api.queue.QueueJson.WaitingJson;
import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.Instances.Seen;
import dev.runnel.store.Pauses;
import dev.runnel.store.Pauses.Scope;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Depth;
import dev.runnel.store.RunQueue.Waiting;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The queue: look at it, pause it, resume it.
@Path("/api/v1/queue")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class QueueResource {
    private final RunQueue queue;
    private final Pauses pauses;
    private final Instances instances;
    private final Clock clock;

    QueueResource(RunQueue queue, Pauses pauses, Instances instances, Clock clock) {
        this.queue = queue;
        this.pauses = pauses;
        this.instances = instances;
        this.clock = clock;
    }

    @GET
    public QueueJson look(@Context UriInfo uri) {
        QueueQuery query = QueueQuery.read(uri.getQueryParameters());
        // one more than asked for tells whether there is a next page
        List<Waiting> found = queue.waiting(query.after(), query.limit() + 1);
        List<Waiting> page = found.subList(0, Math.min(found.size(), query.limit()));
        Optional<String> next =
                found.size() > page.size()
                        ? Optional.of(QueueQuery.cursor(page.getLast().spot()))
                        : Optional.empty();
        Depth depth = queue.depth();
        Map<String, Long> held =
                depth.held().entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        entry -> entry.getKey().code(), Map.Entry::getValue));
        return new QueueJson(
                depth.waiting(),
                held,
                QueueJson.age(depth.oldest(), clock.instant()),
                depth.running(),
                limits(),
                PausedJson.of(pauses.all()),
                page.stream().map(WaitingJson::of).toList(),
                next);
    }

    private LimitsJson limits() {
        List<Load> loads =
                instances.all().stream()
                        .filter(seen -> seen.alive() && seen.instance().accepting())
                        .map(Seen::instance)
                        .map(Instances.Instance::limits)
                        .toList();
        return new LimitsJson(
                loads.stream().mapToInt(Load::runs).sum(),
                loads.stream().mapToInt(Load::steps).sum());
    }

    @POST
    @Path("pause")
    @Consumes(MediaType.WILDCARD)
    public PauseJson pause(InputStream json, @Context RoutingContext request) {
        PauseBody body = PauseBody.read(json, request);
        return PauseJson.of(pauses.pause(new Scope.Queue(), body.by(), body.reason()));
    }

    @POST
    @Path("resume")
    @Consumes(MediaType.WILDCARD)
    public PausedJson resume() {
        pauses.resume(new Scope.Queue());
        return PausedJson.of(pauses.all());
    }
}
