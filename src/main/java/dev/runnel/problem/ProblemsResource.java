package dev.runnel.problem;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The pages behind the types of problems.
@Path("/problems")
@Produces(MediaType.TEXT_PLAIN + ";charset=UTF-8")
@Tag(name = "problems")
final class ProblemsResource {

    @GET
    @Operation(summary = "All kinds of problems", description = "One line for each, as text.")
    public String all() {
        return Arrays.stream(ProblemType.values())
                .map(type -> type.reference() + "  " + type.status() + "  " + type.title() + "\n")
                .collect(Collectors.joining());
    }

    @GET
    @Path("{code}")
    @Operation(
            summary = "What a kind of problem means",
            description = "Meaning and remedy, as text.")
    public String one(@PathParam("code") String code) {
        ProblemType type = ProblemType.parse(code).orElseThrow(NotFoundException::new);
        return """
        %s (%d)

        %s

        %s

        %s
        """
                .formatted(type.code(), type.status(), type.title(), type.meaning(), type.remedy());
    }
}
