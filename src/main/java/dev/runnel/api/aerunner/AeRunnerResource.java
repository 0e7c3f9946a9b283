package dev.runnel.api.aerunner;

import dev.runnel.aerunner.Outputs;
import dev.runnel.aerunner.OutputsSoFar;
import dev.runnel.aerunner.RunObject;
import dev.runnel.api.JsonBody;
import dev.runnel.api.Runs;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Watch;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `/api/request`, as the replaced ae-runner served it.
@Path("/api/request")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
final class AeRunnerResource {
    private static final int MOST_EVENTS = 1000;
    // a bound on what one answer holds in memory; the whole is in the log
    private static final int MOST_OUTPUT = 16 * OutputsSoFar.USUAL_LIMIT;

    private final Runs runs;
    private final EventLog log;
    private final Duration patience;

    AeRunnerResource(Runs runs, EventLog log, AeRunnerConfig config) {
        this.runs = runs;
        this.log = log;
        this.patience = config.patience();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Map<String, Object> request(InputStream json) throws InterruptedException {
        // other fields are ignored, as they always were
        JsonBody body = JsonBody.read(json);
        String url = body.requiredText("url", "give the address of a git repository");
        body.refuseFaults();
        Run run = runs.submit(RunRequest.of(url), Optional.empty()).run();
        return RunObject.of(onceRead(run), Outputs.NONE).toJson();
    }

    @GET
    @Path("{id}")
    public Map<String, Object> look(@PathParam("id") String id) {
        Run found = runs.find(id);
        OutputsSoFar outputs = new OutputsSoFar(MOST_OUTPUT);
        // the fold, and not what was found, so that states and output are of the same moment
        Run run = begin(found);
        while (run.events() < found.events()) {
            for (RecordedEvent event : log.read(run.id(), run.events(), MOST_EVENTS)) {
                outputs.add(event.event());
                run = run.after(event);
            }
        }
        return RunObject.of(run, outputs).toJson();
    }

    /// The run at the moment at which its steps became known, since the old answer listed them all
    /// as waiting; or as it is when it ended before, or when that takes too long.
    private Run onceRead(Run submitted) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Run run = begin(submitted);
        try (Watch watch = log.watch(run.id())) {
            while (true) {
                List<RecordedEvent> events = log.read(run.id(), run.events(), MOST_EVENTS);
                for (RecordedEvent event : events) {
                    run = run.after(event);
                    if (run.pipeline().isPresent() || run.state().isFinal()) {
                        return run;
                    }
                }
                Duration left = Duration.ofNanos(deadline - System.nanoTime());
                if (left.isNegative()) {
                    return run;
                }
                watch.await(run.events(), left);
            }
        }
    }

    private static Run begin(Run run) {
        return Run.requested(run.id(), run.request(), run.createdAt());
    }
}
