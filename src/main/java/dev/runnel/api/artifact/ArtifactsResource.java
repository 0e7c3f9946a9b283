package dev.runnel.api.artifact;

import dev.runnel.api.Runs;
import dev.runnel.artifact.Artifact;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.problem.ProblemDocument;
import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The files that the steps of a run left behind.
@Path("/api/v1/runs/{id}/artifacts")
@RunOnVirtualThread
final class ArtifactsResource {
    private final Runs runs;
    private final ArtifactStore store;

    ArtifactsResource(Runs runs, ArtifactStore store) {
        this.runs = runs;
        this.store = store;
    }

    /// All of a run.
    @Schema(name = "Artifacts")
    record ArtifactsJson(List<ArtifactJson> artifacts) {}

    /// A stored file.
    @Schema(name = "Artifact")
    record ArtifactJson(
            @Schema(description = "The step that left it, from 1.") int step,
            @Schema(description = "Relative to the workspace.", examples = "target/report.html")
                    String path,
            long bytes,
            @Schema(description = "Of its content, hexadecimal.") String sha256,
            @Schema(
                            description = "Where to download it.",
                            examples =
                                    "/api/v1/runs/0199c2a4-7d1e-7a30-9d7e-2f8f5f0c6a11/artifacts/1/target/report.html")
                    String url) {
        static ArtifactJson of(Run run, OfStep owner, Artifact artifact) {
            return new ArtifactJson(
                    owner.step(),
                    artifact.path(),
                    artifact.bytes(),
                    artifact.sha256(),
                    "/api/v1/runs/%s/artifacts/%d/%s"
                            .formatted(run.id(), owner.step(), encoded(artifact.path())));
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public ArtifactsJson list(@PathParam("id") String id) {
        Run run = runs.find(id);
        List<ArtifactJson> artifacts = new ArrayList<>();
        for (StepRun step : run.steps()) {
            OfStep owner = owner(run, step);
            store.list(owner).orElse(List.of()).stream()
                    .map(artifact -> ArtifactJson.of(run, owner, artifact))
                    .forEach(artifacts::add);
        }
        return new ArtifactsJson(artifacts);
    }

    @GET
    @Path("/{step}/{path: .+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    public Response read(
            @PathParam("id") String id,
            @PathParam("step") String step,
            @PathParam("path") String path) {
        Run run = runs.find(id);
        OfStep owner = owner(run, Runs.step(run, step));
        Artifact artifact =
                store.list(owner).orElse(List.of()).stream()
                        .filter(known -> known.path().equals(path))
                        .findFirst()
                        .orElseThrow(() -> unknown(run.id(), step));
        Optional<InputStream> content = store.open(owner, path);
        return Response.ok(content.orElseThrow(() -> unknown(run.id(), step)))
                .header(HttpHeaders.CONTENT_LENGTH, artifact.bytes())
                // what a step wrote is never shown as a page of this server
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment")
                .header("X-Content-Type-Options", "nosniff")
                .tag(new EntityTag(artifact.sha256()))
                .build();
    }

    /// A step that was kept left its files in the run that executed it.
    private static OfStep owner(Run run, StepRun step) {
        return new OfStep(step.keptFrom().orElse(run.id()), step.number());
    }

    private static RequestRefused unknown(RunId run, String step) {
        return new RequestRefused(
                ProblemDocument.of(
                                ProblemType.ARTIFACT_NOT_FOUND,
                                "Step " + step + " left no file with this path.")
                        .about(run));
    }

    private static String encoded(String path) {
        return Arrays.stream(path.split("/"))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
