package dev.runnel.api;

import static dev.runnel.api.Refusal.refused;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.PostgresResource;
import dev.runnel.problem.ProblemType;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the real git source refuses, as a caller of either API hears of it.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(CredentialsTest.WithGitOverHttp.class)
class UrlRefusalsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ext::sh -c 'touch /tmp/runnel-was-here' | white space",
                "ext::sh | remote helpers",
                "--upload-pack=touch${IFS}/tmp/runnel-was-here | starts with a '-'",
                "ssh://-oProxyCommand=touch/a/b | over http only",
                "http://-oProxyCommand=touch/a/b | needs a host",
                "https://git.example/a/b | over http only",
                "file:///etc/passwd | over http only",
                "/etc/passwd | over http only",
                "http://10.0.0.1/a/b | private address",
                "http://169.254.169.254/a/b | metadata",
                "http://[::1]/a/b | loopback",
                "banana | none of https",
            })
    void aUrlThatIsNotClonedIsRefusedAtOnce(String url, String detail) {
        for (String path : List.of("/runs", "/api/v1/runs", "/api/request")) {
            JsonPath problem =
                    refused(
                            given().contentType(ContentType.JSON)
                                    .body(Map.of("url", url))
                                    .post(path),
                            ProblemType.INVALID_REQUEST);

            assertThat(problem.getString("errors[0].pointer")).isEqualTo("/url");
            assertThat(problem.getString("errors[0].detail")).contains(detail);
        }
    }
}
