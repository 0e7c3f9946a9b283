package dev.runnel.api.preview;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import dev.runnel.api.ApiProfile;
import dev.runnel.preview.Preview;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class PreviewResourceTest {
    private static final String FILE =
            """
            image: alpine
            pipelines:
              default:
                - step: { name: Build, script: [make] }
                - step: { name: Test, script: [make test], needs: [] }
              branches:
                "release/*":
                  - step: { name: Release, script: [make release] }
              custom:
                nightly:
                  - variables: [{ name: DAY }]
                  - step: { script: [make] }
            """;
    private static final String FAULTY = FILE.replace("script: [make test]", "scirpt: [make]");

    private static RequestSpecification body(String text) {
        return given().contentType("application/yaml").body(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void lintTellsEveryProblemWithItsPlace() {
        body(FAULTY)
                .post("/api/v1/lint?file=a/b.yml")
                .then()
                .statusCode(200)
                .body("file", equalTo("a/b.yml"))
                .body("valid", equalTo(false))
                .body("problems", hasSize(1))
                .body("problems[0].severity", equalTo("error"))
                .body("problems[0].code", equalTo("unknown-key"))
                .body("problems[0].line", equalTo(5))
                .body("problems[0].column", equalTo(27))
                .body("problems[0].link", containsString("#unknown-key"));
        body(FILE)
                .post("/lint")
                .then()
                .statusCode(200)
                .body("valid", equalTo(true))
                .body("problems", empty());
    }

    @Test
    void lintAsTextIsWhatTheCommandPrints() {
        String text =
                body(FAULTY).post("/lint?format=text").then().statusCode(200).extract().asString();
        assertThat(text)
                .isEqualTo(
                        """
                        fxq-pipeline.yml:5:27: error unknown-key: unknown key `scirpt` in a step \
                        (did you mean `script`?)
                        1 error, 0 warnings
                        """);
    }

    @Test
    void planShowsTheStepsThatWouldRun() {
        body(FILE)
                .post("/plan")
                .then()
                .statusCode(200)
                .body("valid", equalTo(true))
                .body("plan.pipeline", equalTo("default"))
                .body("plan.steps.name", contains("Build", "Test"))
                .body("plan.steps.wave", contains(1, 1));
        body(FILE)
                .post("/plan?branch=release/7")
                .then()
                .body("plan.pipeline", equalTo("branches/release/*"));
        body(FILE)
                .post("/plan?pipeline=nightly")
                .then()
                .statusCode(200)
                .body("valid", equalTo(false))
                .body("problems.code", contains("missing-variable"))
                .body("plan", nullValue());
        body(FILE)
                .post("/plan?pipeline=nightly&variable=DAY=monday&format=mermaid")
                .then()
                .statusCode(200)
                .body(equalTo("flowchart LR\n  s1[\"1 Step 1\"]\n"));
    }

    @Test
    void whatIsNoFileIsAProblemOfTheFile() {
        body("").post("/lint").then().body("problems.code", contains("empty-file"));
        body("x".repeat(1024 * 1024 + 10)).post("/lint").then().statusCode(413);
    }

    @Test
    void parametersThatMeanNothingAreRefused() {
        for (String query :
                new String[] {
                    "format=xml", "pipline=a", "variable=x", "file=%0a", "branch=a&branch=b"
                }) {
            body(FILE)
                    .post("/plan?" + query)
                    .then()
                    .statusCode(400)
                    .body("type", containsString("invalid-parameter"));
        }
    }

    @Test
    void schemaIsTheOneOfTheReader() {
        String schema =
                given().get("/schema/pipeline.json")
                        .then()
                        .statusCode(200)
                        .contentType("application/schema+json")
                        .extract()
                        .asString();
        assertThat(schema).isEqualTo(Preview.ofInstalled().schema()).contains("after-script");
    }
}
