package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.GitFixture;
import dev.runnel.PostgresResource;
import dev.runnel.TestEnvironment;
import dev.runnel.it.ApiClient;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A password in the URL of a repository opens it and is shown to nobody. Real git over http.
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(CredentialsTest.WithGitOverHttp.class)
class CredentialsTest {

    private static final String FILE =
            """
            image: alpine
            pipelines:
              default:
                - step:
                    name: Look around
                    commit: true
                    script:
                      - cat .git/config
                      - env
                      - date +%N > made
            """;

    private final TestEnvironment environment = TestEnvironment.load();
    private final LogLines log = new LogLines();

    /// The whole service, with the git server of the test environment within reach and every word
    /// of it in the log.
    public static final class WithGitOverHttp implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "runnel.data-dir", Path.of("target/credentials").toAbsolutePath().toString(),
                    "runnel.executor", "process",
                    "runnel.git.allowed-schemes", "http",
                    "runnel.network.allow", "127.0.0.1",
                    "runnel.callbacks.log", "true",
                    "quarkus.log.category.\"dev.runnel\".level", "DEBUG");
        }
    }

    @BeforeEach
    void listen() {
        Logger.getLogger("").addHandler(log);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger("").removeHandler(log);
    }

    @Test
    void aPasswordIsUsedForTheCloneAndThePushAndShownNowhere() throws Exception {
        String password = environment.git().password();
        try (GitFixture repository = GitFixture.served(environment, "secret")) {
            repository.commit("main", Map.of("fxq-pipeline.yml", FILE));
            ApiClient api = new ApiClient(URI.create("http://127.0.0.1:" + RestAssured.port));
            String id = api.submit(url(repository, password));
            List<JsonNode> events = api.allEvents(id);

            assertThat(api.run(id).path("state").asText()).as("%s", events).isEqualTo("SUCCESSFUL");
            assertThat(api.run(id).path("url").asText())
                    .startsWith("http://***@127.0.0.1")
                    .endsWith(repository.name());
            assertThat(repository.read("main", "made")).as("what was pushed").isNotBlank();
            assertThat(everythingShownOf(id)).doesNotContain(password);
        }
        assertThat(log.lines()).anyMatch(line -> line.contains("CALLBACK:"));
        assertThat(log.lines()).noneMatch(line -> line.contains(password));
    }

    @Test
    void aPasswordThatDoesNotOpenIsNotShownEither() throws Exception {
        String password = "wrong-" + UUID.randomUUID();
        try (GitFixture repository = GitFixture.served(environment, "closed")) {
            ApiClient api = new ApiClient(URI.create("http://127.0.0.1:" + RestAssured.port));
            String id = api.submit(url(repository, password));
            api.allEvents(id);

            assertThat(api.run(id).path("state").asText()).isEqualTo("FAILED");
            assertThat(api.run(id).path("message").asText()).isNotBlank();
            assertThat(everythingShownOf(id)).doesNotContain(password);
        }
        assertThat(log.lines()).noneMatch(line -> line.contains(password));
    }

    @Test
    void noRefusalRepeatsAPassword() {
        for (String url :
                List.of(
                        "https://user:hunter2@127.0.0.1/a/b.git",
                        "http://user:hunter2@10.0.0.1/a/b.git",
                        "http://user:hunter2@host",
                        "http://user:hunter2@host/a?b",
                        "http://user:hunter2@ho st/a/b",
                        "ssh://user:hunter2@host/a/b",
                        "user:hunter2@host:a/b",
                        "ftp://user:hunter2@host/a/b")) {
            for (String path : List.of("/api/v1/runs", "/api/request")) {
                Response answer =
                        given().contentType(ContentType.JSON).body(Map.of("url", url)).post(path);

                assertThat(answer.statusCode()).as(url).isEqualTo(400);
                assertThat(answer.asString()).as(url).doesNotContain("hunter2");
            }
        }
        assertThat(log.lines()).noneMatch(line -> line.contains("hunter2"));
    }

    private String url(GitFixture repository, String password) {
        return environment
                .git()
                .httpUrl(repository)
                .replace("://", "://" + environment.git().user() + ":" + password + "@");
    }

    private static String everythingShownOf(String id) {
        StringBuilder all = new StringBuilder();
        for (String path :
                List.of(
                        "/runs/" + id,
                        "/runs/" + id + "/events",
                        "/runs/" + id + "/log",
                        "/runs?limit=200",
                        "/api/request/" + id,
                        "/q/metrics")) {
            Response answer = given().get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            all.append(answer.headers()).append(answer.asString());
        }
        return all.toString();
    }

    /// All that is logged while it listens.
    private static final class LogLines extends Handler {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final PatternFormatter formatter = new PatternFormatter("%c %s%e");

        List<String> lines() {
            return lines;
        }

        @Override
        public void publish(LogRecord record) {
            lines.add(formatter.format(org.jboss.logmanager.ExtLogRecord.wrap(record)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
