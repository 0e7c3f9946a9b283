package dev.runnel.it;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.is;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The package as it is delivered: its jar, a real Postgres, a real engine. While these tests use
/// it, Quarkus has Java record what later starts need (`app.aot` beside the jar), so they do what a
/// user does and go through most of the service.
@QuarkusIntegrationTest
@QuarkusTestResource(PostgresResource.class)
@QuarkusTestResource(DockerResource.class)
class PackagedServerIT {
    @Test
    void isReadyWhenDatabaseAndEngineAnswer() {
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("status", equalTo("UP"))
                .body("checks.status", everyItem(is("UP")))
                .body("checks.name", hasItem("Executor docker"));
        given().get("/q/health/live").then().statusCode(200);
    }

    @Test
    void describesItsInterface() {
        given().accept(ContentType.JSON)
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .body("paths", hasKey("/api/v1/runs"))
                .body("paths", hasKey("/api/v1/runs/{id}/events"));
        given().get("/q/swagger-ui/").then().statusCode(200);
    }

    @Test
    void runsAPipelineInContainersToItsEnd() throws Exception {
        try (GitFixture repository = ServerTrouble.repository("packaged")) {
            String url = ServerTrouble.counting(repository, 20, "0");
            ApiClient api = new ApiClient(URI.create(RestAssured.baseURI + ":" + RestAssured.port));

            String id = api.submit(url);
            List<JsonNode> events = api.allEvents(id);

            ServerTrouble.assertNothingLost(events, 20);
            JsonNode run = api.run(id);
            assertThat(run.get("state").asText()).isEqualTo("SUCCESSFUL");
            assertThat(run.get("steps").get(0).get("image").asText()).isEqualTo("alpine");
            assertThat(given().get("/runs/" + id + "/log").asString())
                    .startsWith("line 1\nline 2\n")
                    .endsWith("done\n");
            given().accept("text/event-stream")
                    .get("/runs/" + id + "/events")
                    .then()
                    .statusCode(200)
                    .body(containsString("event: end"));
            given().get("/runs?state=SUCCESSFUL").then().body("runs.id", hasItem(id));
            ServerTrouble.awaitNoContainer(id);
        }
    }

    @Test
    void refusesWhatItCannotRead() {
        given().contentType(ContentType.JSON)
                .body("{")
                .post("/api/v1/runs")
                .then()
                .statusCode(400)
                .contentType("application/problem+json");
    }
}
