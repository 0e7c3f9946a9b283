package dev.runnel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.problem.ProblemType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.util.Map;

/// What every refusal has to say.
final class Refusal {
    private Refusal() {}

    /// The problem in an answer, which has to be of this type.
    static JsonPath refused(Response answer, ProblemType type) {
        answer.then().statusCode(type.status());
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        JsonPath problem = answer.jsonPath();
        Map<String, Object> fields = problem.getMap("");
        assertThat(fields)
                .containsEntry("type", type.reference())
                .containsEntry("title", type.title())
                .containsEntry("status", type.status());
        assertThat(problem.getString("detail")).isNotBlank();
        assertThat(problem.getString("hint")).isNotBlank();
        assertThat(answer.asString()).doesNotContain("Exception", "at dev.runnel");
        return problem;
    }
}
