package dev.runnel.api.queue;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.UUID;

/// The requests that the tests of this package make.
final class QueueApi {
    private QueueApi() {}

    static String repository() {
        return "team/" + UUID.randomUUID();
    }

    static ValidatableResponse submit(String repository, String more) {
        return post("/runs", "{\"url\": \"https://git.example/" + repository + "\"" + more + "}");
    }

    static String submitted(String repository, String more) {
        return submit(repository, more).statusCode(202).extract().path("id");
    }

    static ValidatableResponse post(String path, String body) {
        return given().urlEncodingEnabled(false)
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then();
    }

    static ValidatableResponse post(String path) {
        return given().urlEncodingEnabled(false).post(path).then();
    }

    static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get(path).then();
    }

    static void problem(ValidatableResponse answer, int status, String type) {
        answer.statusCode(status)
                .contentType("application/problem+json")
                .body("type", equalTo("/problems/" + type));
    }
}
