package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class OpenApiTest {
    private static JsonPath document() {
        return given().get("/q/openapi?format=json").then().statusCode(200).extract().jsonPath();
    }

    @Test
    void everyOperationIsNamedAndAnswersAreShown() {
        Map<String, Map<String, Map<String, Object>>> paths = document().getMap("paths");
        assertThat(paths)
                .containsKeys(
                        "/api/v1/runs",
                        "/api/v1/runs/{id}",
                        "/api/v1/runs/{id}/events",
                        "/api/v1/runs/{id}/log",
                        "/api/v1/queue",
                        "/api/v1/queue/pause",
                        "/api/v1/intake/resume",
                        "/api/v1/repositories/{owner}/{name}/pause",
                        "/api/v1/instances",
                        "/api/request",
                        "/api/request/{id}",
                        "/problems/{code}");
        paths.forEach((path, operations) -> {
            for (String method : Set.of("get", "post", "delete")) {
                if (path.startsWith("/api/") && operations.containsKey(method)) {
                    assertThat(operations.get(method))
                            .as("%s %s", method, path)
                            .containsKeys("summary", "tags", "responses", "operationId");
                    assertThat(operations.get(method).toString())
                            .as("%s %s", method, path)
                            .contains("example");
                }
            }
        });
        assertThat(document().getMap("components.schemas")).containsKeys("Run", "Step", "Command");
    }

    @Test
    void theAllowHeaderNamesTheMethodsOfTheDocument() {
        Map<String, Map<String, Object>> paths = document().getMap("paths");
        for (String path : paths.keySet()) {
            if (!path.startsWith("/api/") && !path.startsWith("/problems")) {
                continue;
            }
            Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
            for (String method : Set.of("get", "post", "delete", "put", "patch")) {
                if (paths.get(path).containsKey(method)) {
                    methods.add(method.toUpperCase(java.util.Locale.ROOT));
                }
            }
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            String real = path.replaceAll("\\{.*?}", "x");
            assertThat(given().patch(real).then().statusCode(405).extract().header("Allow"))
                    .as(path)
                    .isEqualTo(String.join(", ", methods));
        }
    }

    @Test
    void whoOpensTheAddressFindsTheDescription() {
        given().redirects()
                .follow(false)
                .get("/")
                .then()
                .statusCode(302)
                .header("Location", "/q/swagger-ui/")
                .header("Link", containsString("/q/openapi"));
        given().get("/").then().statusCode(200).contentType("text/html");
    }
}
