package dev.runnel.api.queue;

import static dev.runnel.api.queue.QueueApi.get;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import dev.runnel.api.ApiProfile;
import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Load;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class InstancesResourceTest {
    @Inject Instances instances;

    @Test
    void instancesAreShownWithWhatTheyDo() {
        Instant started = Instant.parse("2026-01-31T12:00:00Z");
        instances.beat(
                new Instance(
                        "one",
                        "h",
                        "1.2",
                        "docker",
                        started,
                        true,
                        new Load(1, 2),
                        new Load(3, 4),
                        Set.of("linux")),
                Duration.ofMinutes(5));
        instances.beat(
                new Instance(
                        "two",
                        "h",
                        "1.2",
                        "docker",
                        started,
                        false,
                        new Load(0, 0),
                        new Load(3, 4),
                        Set.of()),
                Duration.ofMinutes(5));
        instances.beat(
                new Instance(
                        "ghost",
                        "h",
                        "1",
                        "docker",
                        started,
                        true,
                        new Load(0, 0),
                        new Load(9, 9),
                        Set.of()),
                Duration.ofSeconds(-1));
        String one = "instances.find { it.id == 'one' }.";
        get("/instances")
                .statusCode(200)
                .body(one + "state", equalTo("accepting"))
                .body(one + "host", equalTo("h"))
                .body(one + "labels", equalTo(List.of("linux")))
                .body(one + "version", equalTo("1.2"))
                .body(one + "executor", equalTo("docker"))
                .body(one + "startedAt", equalTo("2026-01-31T12:00:00.000000Z"))
                .body(one + "heartbeatAt", matchesPattern(".*Z"))
                .body(one + "running.runs", equalTo(1))
                .body(one + "running.steps", equalTo(2))
                .body(one + "limits.runs", equalTo(3))
                .body(one + "limits.steps", equalTo(4))
                .body("instances.find { it.id == 'two' }.state", equalTo("draining"))
                .body("instances.find { it.id == 'ghost' }.state", equalTo("dead"));
        // what is dead or draining takes nothing
        get("/queue").body("limits.runs", equalTo(3)).body("limits.steps", equalTo(4));
    }
}
