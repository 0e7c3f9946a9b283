package dev.runnel.api;

import static dev.runnel.api.Refusal.refused;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.problem.ProblemType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bad requests for a run, each answered with a problem that says what to do.
@QuarkusTest
@TestProfile(ApiProfile.class)
class RefusalsTest {
    private static final String URL = "\"url\": \"https://git.example/a/b\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"url\": | Line 1, column",
                "{\"url\":\\n\\nbanana} | Line 3, column",
                "{} {} | Line 1, column 4: something follows",
                "{\"url\": \"a\", \"url\": \"b\"} | Duplicate field",
                "[1] | The body is a list",
                "\"text\" | The body is a text",
                "null | The body is null",
                "'' | Line 1, column",
            })
    void aBodyThatIsNotAnObjectIsMalformed(String body, String detail) {
        JsonPath problem = refused(post(body.replace("\\n", "\n")), ProblemType.MALFORMED_JSON);
        assertThat(problem.getString("detail")).contains(detail);
        assertThat(problem.getString("detail")).doesNotContain("com.fasterxml", "Source");
    }

    @Test
    void noBodyAtAllIsMalformed() {
        Response answer = given().contentType(ContentType.JSON).post("/runs");
        assertThat(refused(answer, ProblemType.MALFORMED_JSON).getString("detail"))
                .isEqualTo("The request has no body.");
    }

    @Test
    void bytesThatAreNotUtf8AreMalformed() {
        byte[] latin1 =
                "{\"url\": \"https://git.example/ä\"}".getBytes(StandardCharsets.ISO_8859_1);
        Response answer = given().contentType("application/json").body(latin1).post("/runs");
        refused(answer, ProblemType.MALFORMED_JSON);
    }

    @Test
    void nestingWithoutEndIsMalformed() {
        refused(post("{\"url\": " + "[".repeat(2000)), ProblemType.MALFORMED_JSON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | /url | missing | address",
                "{\"url\": null} | /url | missing | address",
                "{\"url\": 7} | /url | a number | text",
                "{\"url\": \"\"} | /url | only https | ``",
                "{\"url\": \"ext::sh -c true\"} | /url | only https | ``",
                "{\"url\": \"--upload-pack=touch /tmp/x\"} | /url | only https | ``",
                "{URL, \"urll\": 1} | /urll | unknown | did you mean url?",
                "{URL, \"varaibles\": {}} | /varaibles | unknown | did you mean variables?",
                "{URL, \"zzz\": 1} | /zzz | unknown | known are url, ref, pipeline",
                "{URL, \"ref\": [\"main\"]} | /ref | a list | text",
                "{URL, \"ref\": \"-x\"} | /ref | not the name of a branch | git",
                "{URL, \"ref\": \"a\\u0007b\"} | /ref | not the name of a branch | git",
                "{URL, \"ref\": \"\"} | /ref | not the name of a branch | git",
                "{URL, \"pipeline\": \" \"} | /pipeline | 1 to 255 characters | default",
                "{URL, \"variables\": [1]} | /variables | a list | braces",
                "{URL, \"variables\": {\"A\": 1}} | /variables/A | a number | text",
                "{URL, \"variables\": {\"A\": null}} | /variables/A | missing | text",
                "{URL, \"variables\": {\"1A\": \"x\"}} | /variables/1A | not the name | letters",
                "{URL, \"variables\": {\"a/b~\": \"x\"}} | /variables/a~1b~0 | not the name | letters",
                "{URL, \"callbacks\": \"x\"} | /callbacks | a text | braces",
                "{URL, \"callbacks\": {\"run\": \"ftp://h/x\"}} | /callbacks/run | web address | http",
                "{URL, \"callbacks\": {\"run\": \"/x\"}} | /callbacks/run | web address | http",
                "{URL, \"callbacks\": {\"step\": \"http://\"}} | /callbacks/step | web address | http",
                "{URL, \"callbacks\": {\"command\": \"a b\"}} | /callbacks/command | web address | http",
                "{URL, \"callbacks\": {\"command\": true}} | /callbacks/command | true | text",
                "{URL, \"callbacks\": {\"run\": \"http://10.1.2.3/x\"}} | /callbacks/run | a private address | public",
                "{URL, \"callbacks\": {\"step\": \"http://[::1]:8080/\"}} | /callbacks/step | loopback | public",
                "{URL, \"callbacks\": {\"command\": \"http://u:p@ci.example/\"}} | /callbacks/command | password | leave it out",
                "{URL, \"callbacks\": {\"protocol\": \"x\"}} | /callbacks/protocol | no such | register",
                "{URL, \"callbacks\": {\"runs\": \"x\"}} | /callbacks/runs | unknown | did you mean run?",
            })
    void aFaultyFieldIsNamed(String body, String pointer, String detail, String hint) {
        JsonPath problem = refused(post(body.replace("URL", URL)), ProblemType.INVALID_REQUEST);
        assertThat(problem.getList("errors")).hasSize(1);
        assertThat(problem.getString("errors[0].pointer")).isEqualTo(pointer);
        assertThat(problem.getString("errors[0].detail")).contains(detail);
        assertThat(problem.getString("detail")).contains(pointer, detail);
        if (!hint.isEmpty()) {
            assertThat(problem.getString("errors[0].hint")).contains(hint);
            assertThat(problem.getString("hint")).contains(hint);
        }
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        JsonPath problem =
                refused(
                        post("{\"ref\": 1, \"x\": 2, \"callbacks\": {\"run\": \"y\"}}"),
                        ProblemType.INVALID_REQUEST);
        assertThat(problem.getList("errors.pointer"))
                .containsExactlyInAnyOrder("/url", "/ref", "/x", "/callbacks/run");
        assertThat(problem.getString("detail")).contains("and 3 more");
    }

    @Test
    void tooManyVariablesAreRefused() {
        String variables =
                IntStream.range(0, 101)
                        .mapToObj(number -> "\"V" + number + "\": \"\"")
                        .collect(Collectors.joining(","));
        JsonPath problem =
                refused(
                        post("{" + URL + ", \"variables\": {" + variables + "}}"),
                        ProblemType.INVALID_REQUEST);
        assertThat(problem.getString("errors[0].pointer")).isEqualTo("/variables");
        assertThat(problem.getString("errors[0].hint")).contains("100");
    }

    @Test
    void aVariableThatIsTooLargeIsRefused() {
        JsonPath problem =
                refused(
                        post(
                                "{"
                                        + URL
                                        + ", \"variables\": {\"A\": \""
                                        + "x".repeat(40_000)
                                        + "\"}}"),
                        ProblemType.INVALID_REQUEST);
        assertThat(problem.getString("errors[0].pointer")).isEqualTo("/variables/A");
    }

    @Test
    void aUrlOf5000CharactersIsRefused() {
        JsonPath problem =
                refused(
                        post("{\"url\": \"https://" + "x".repeat(5000) + "\"}"),
                        ProblemType.INVALID_REQUEST);
        assertThat(problem.getString("errors[0].hint")).contains("4096");
    }

    @Test
    void aUrlOfOneMegabyteIsRefused() {
        refused(
                post("{\"url\": \"https://" + "x".repeat(1 << 20) + "\"}"),
                ProblemType.BODY_TOO_LARGE);
    }

    @Test
    void aLargeBodyOfUnknownLengthIsRefused() throws IOException, InterruptedException {
        byte[] large =
                ("{\"url\": \"https://" + "x".repeat(1 << 20) + "\"}")
                        .getBytes(StandardCharsets.UTF_8);
        HttpRequest request =
                HttpRequest.newBuilder(server().resolve("/runs"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofInputStream(
                                        () -> new java.io.ByteArrayInputStream(large)))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body()).contains("/problems/body-too-large");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/octet-stream", "image/png"})
    void anotherContentTypeIsRefused(String type) {
        Response answer =
                given().contentType(type)
                        .body(("{" + URL + "}").getBytes(StandardCharsets.UTF_8))
                        .post("/runs");
        JsonPath problem = refused(answer, ProblemType.UNSUPPORTED_MEDIA_TYPE);
        assertThat(problem.getString("hint")).contains("Content-Type: application/json");
    }

    @Test
    void jsonWithoutAContentTypeIsTaken() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server().resolve("/runs"))
                        .POST(HttpRequest.BodyPublishers.ofString("{" + URL + "}"))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(202);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ä"})
    void aBadKeyIsRefused(String key) throws IOException {
        // a client library would not send some of these
        String answer =
                raw(
                        "POST /runs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                + "Content-Type: application/json\r\nIdempotency-Key: "
                                + key
                                + "\r\nContent-Length: 2\r\n\r\n{}");
        assertThat(answer).startsWith("HTTP/1.1 400").contains("/problems/invalid-idempotency-key");
    }

    @Test
    void aLongOrDoubleKeyIsRefused() {
        refused(
                given().header("Idempotency-Key", "x".repeat(256))
                        .contentType(ContentType.JSON)
                        .body("{" + URL + "}")
                        .post("/runs"),
                ProblemType.INVALID_IDEMPOTENCY_KEY);
        refused(
                given().header("Idempotency-Key", "a", "b")
                        .contentType(ContentType.JSON)
                        .body("{" + URL + "}")
                        .post("/runs"),
                ProblemType.INVALID_IDEMPOTENCY_KEY);
    }

    private static Response post(String body) {
        return given().contentType(ContentType.JSON).body(body).post("/api/v1/runs");
    }

    private static URI server() {
        return URI.create("http://127.0.0.1:" + RestAssured.port);
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
