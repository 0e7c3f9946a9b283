package dev.runnel.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.runnel.eventlog.EventLog;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunRequest;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.store.RunStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ApiProfile.class)
class ApproveTest {
    private static final Step BUILD = RunWriter.step(1, "build", "make");
    private static final Step DEPLOY =
            new Step(
                    2,
                    "deploy",
                    new Image("alpine"),
                    List.of("deploy"),
                    false,
                    new Flow(List.of(1), Optional.empty(), false, true, false, List.of()),
                    Attempts.ONCE,
                    Setting.DEFAULT,
                    List.of(),
                    Storage.NONE,
                    Exchange.NONE);

    @Inject RunStore store;
    @Inject EventLog log;

    @Test
    void aStepThatWaitsIsApprovedOfAnyNumberOfTimes() {
        RunWriter writer =
                RunWriter.submit(store, log, RunRequest.of("https://git.example/team/job.git"))
                        .begin(BUILD, DEPLOY)
                        .finishStep(1);
        String approve = "/runs/" + writer.id() + "/steps/2/approve";
        given().post(approve)
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/step-not-waiting"));

        writer.write(new StepWaits(2, "deploy", new StepWait.ForApproval()));
        given().get("/runs/" + writer.id())
                .then()
                .body("steps[1].waitingFor", equalTo("approval"))
                .body("steps[1].manual", equalTo(true))
                .body("steps[1].needs", equalTo(List.of(1)));
        given().post(approve).then().statusCode(202);
        given().post(approve).then().statusCode(202);

        writer.write(new StepApproved(2, "deploy"));
        given().post(approve).then().statusCode(200);
        given().post("/runs/" + writer.id() + "/steps/1/approve").then().statusCode(409);
        given().post("/runs/" + writer.id() + "/steps/9/approve").then().statusCode(404);
        assertThat(store.find(writer.id()).orElseThrow().step(2).approved()).isTrue();
    }
}
