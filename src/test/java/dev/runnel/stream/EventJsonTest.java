package dev.runnel.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.eventlog.SampleEvents;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Problem.Severity;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.ProblemFound;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.ResultPushed;
import dev.runnel.run.RunEvent.RunEnded;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepExpanded;
import dev.runnel.run.RunEvent.StepKept;
import dev.runnel.run.RunEvent.StepOutputs;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.run.StepState;
import dev.runnel.stream.EventRendering.Framing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What each event looks like on the wire, byte for byte.
class EventJsonTest {

    private static final RunId RUN =
            RunId.parse("01890a5d-ac96-774b-bcce-b302099a8057").orElseThrow();
    private static final Instant AT = Instant.parse("2026-01-31T12:00:00.000001Z");
    private static final String HEAD =
            "{\"seq\":7,\"type\":\"%s\",\"at\":\"2026-01-31T12:00:00.000001Z\",\"run\":\""
                    + RUN
                    + "\",";

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(
                        RunStateChanged.to(RunState.IN_PROGRESS),
                        "run.state",
                        "'state':'IN_PROGRESS'"),
                Arguments.of(
                        new RunStateChanged(
                                RunState.FAILED,
                                Optional.of(Reason.INVALID_PIPELINE),
                                Optional.of("no steps")),
                        "run.state",
                        "'state':'FAILED','reason':'invalid-pipeline','message':'no steps'"),
                Arguments.of(
                        new PipelineRead(
                                "0".repeat(40),
                                new Pipeline(
                                        "default",
                                        "/work",
                                        List.of(
                                                new Step(
                                                        1,
                                                        "Build",
                                                        new Image("alpine"),
                                                        List.of("make", "make test"),
                                                        true)))),
                        "pipeline",
                        "'revision':'0000000000000000000000000000000000000000',"
                                + "'pipeline':'default','steps':[{'step':1,'name':'Build',"
                                + "'image':'alpine','needs':[],'commands':['make','make test']}]"),
                Arguments.of(
                        new StepStateChanged(
                                2,
                                "Build",
                                0,
                                StepState.PENDING,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        "step.state",
                        "'step':2,'name':'Build','attempt':0,'state':'PENDING'"),
                Arguments.of(
                        new StepStateChanged(
                                2,
                                "Build",
                                3,
                                StepState.FAILED,
                                Optional.of(Reason.EXIT_CODE),
                                Optional.of(0),
                                Optional.of("why")),
                        "step.state",
                        "'step':2,'name':'Build','attempt':3,'state':'FAILED','exitCode':0,"
                                + "'reason':'exit-code','message':'why'"),
                Arguments.of(
                        new StepKept(1, "Build", RUN),
                        "step.state",
                        "'step':1,'name':'Build','attempt':0,'state':'SUCCESSFUL','keptFrom':'"
                                + RUN
                                + "'"),
                Arguments.of(
                        new StepWaits(2, "Deploy", new StepWait.ForApproval()),
                        "step.waiting",
                        "'step':2,'name':'Deploy','for':'approval'"),
                Arguments.of(
                        new StepWaits(
                                2,
                                "Deploy",
                                new StepWait.ForRetry(Instant.parse("2026-01-31T12:00:30Z"))),
                        "step.waiting",
                        "'step':2,'name':'Deploy','for':'retry','until':'2026-01-31T12:00:30.000000Z'"),
                Arguments.of(
                        new StepApproved(2, "Deploy"), "step.approved", "'step':2,'name':'Deploy'"),
                Arguments.of(
                        new StepOutputs(1, "Build", Map.of("B", "2", "A", "1")),
                        "step.outputs",
                        "'step':1,'name':'Build','outputs':{'A':'1','B':'2'}"),
                Arguments.of(
                        new StepExpanded(
                                2,
                                "Work",
                                List.of("make"),
                                List.of(new StepExpanded.Part(3, "Work (a)", "a"))),
                        "step.expanded",
                        "'step':2,'name':'Work','commands':['make'],"
                                + "'items':[{'step':3,'name':'Work (a)','item':'a'}]"),
                Arguments.of(
                        new ResultPushed(1, "main", "a1"),
                        "pushed",
                        "'step':1,'branch':'main','revision':'a1'"),
                Arguments.of(
                        new CommandStarted(1, 2, "echo a\necho b"),
                        "command.started",
                        "'step':1,'command':2,'instruction':'echo a\\necho b'"),
                Arguments.of(
                        new CommandFinished(1, 2, 137),
                        "command.finished",
                        "'step':1,'command':2,'exitCode':137"),
                Arguments.of(
                        new OutputWritten(1, 2, OutputChannel.STDOUT, OutputLine.of("ä\u001b[1m")),
                        "output",
                        "'step':1,'command':2,'stream':'stdout','line':'ä\\u001B[1m'"),
                Arguments.of(
                        new OutputWritten(
                                1,
                                2,
                                OutputChannel.STDERR,
                                new OutputLine("10%", OutputLine.End.RETURN, false)),
                        "output",
                        "'step':1,'command':2,'stream':'stderr','line':'10%','update':true"),
                Arguments.of(
                        new OutputWritten(
                                1,
                                2,
                                OutputChannel.STDERR,
                                new OutputLine("\uFFFD", OutputLine.End.NONE, true)),
                        "output",
                        "'step':1,'command':2,'stream':'stderr','line':'\uFFFD','partial':true,"
                                + "'replaced':true"),
                Arguments.of(
                        new ProgressMade(
                                Activity.CLONE,
                                0,
                                "receiving objects",
                                OptionalLong.of(120),
                                OptionalLong.of(400)),
                        "progress",
                        "'activity':'clone','message':'receiving objects','current':120,"
                                + "'total':400"),
                Arguments.of(
                        new ProgressMade(
                                Activity.PULL,
                                3,
                                "pulling alpine",
                                OptionalLong.of(0),
                                OptionalLong.empty()),
                        "progress",
                        "'activity':'pull','step':3,'message':'pulling alpine','current':0"),
                Arguments.of(
                        new ProgressMade(
                                Activity.RECOVERY,
                                1,
                                "taken up again",
                                OptionalLong.empty(),
                                OptionalLong.empty()),
                        "progress",
                        "'activity':'recovery','step':1,'message':'taken up again'"),
                Arguments.of(
                        new ProblemFound(
                                new Problem(
                                        Severity.ERROR,
                                        "unknown-key",
                                        "fxq-pipeline.yml",
                                        3,
                                        5,
                                        "/image",
                                        "unknown key \"imgae\"",
                                        "did you mean image?")),
                        "problem",
                        "'severity':'error','code':'unknown-key','file':'fxq-pipeline.yml',"
                                + "'line':3,'column':5,'path':'/image','message':'unknown key"
                                + " \\'imgae\\'','hint':'did you mean image?'"),
                Arguments.of(
                        new ProblemFound(
                                new Problem(
                                        Severity.WARNING,
                                        "no-file",
                                        "fxq-pipeline.yml",
                                        0,
                                        0,
                                        "",
                                        "there is none",
                                        "")),
                        "problem",
                        "'severity':'warning','code':'no-file','file':'fxq-pipeline.yml',"
                                + "'message':'there is none'"),
                Arguments.of(
                        new RunEnded(RunState.ABORTED, 7), "end", "'state':'ABORTED','events':7"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsALineOfJson(RunEvent event, String type, String fields) {
        assertThat(render(Framing.NDJSON, event)).isEqualTo(json(type, fields) + "\n");
    }

    @ParameterizedTest
    @MethodSource("events")
    void aFrameHasTheSameObjectAsItsData(RunEvent event, String type, String fields) {
        assertThat(render(Framing.SSE, event))
                .isEqualTo("id: 7\nevent: " + type + "\ndata: " + json(type, fields) + "\n\n");
    }

    @Test
    void everyTypeOfEventIsShownAbove() {
        assertThat(events().map(arguments -> arguments.get()[1]).distinct())
                .containsExactlyInAnyOrderElementsOf(EventType.texts());
    }

    @Test
    void oddTextIsStillOneLineOfValidJson() throws IOException {
        long seed = new Random().nextLong();
        SampleEvents samples = new SampleEvents(new Random(seed));
        ObjectMapper parser = new ObjectMapper();
        for (int round = 0; round < 200; round++) {
            for (RunEvent event : samples.oneOfEachType()) {
                String line = render(Framing.NDJSON, event);

                assertThat(line.indexOf('\n'))
                        .as("seed %d: %s", seed, event)
                        .isEqualTo(line.length() - 1);
                JsonNode object = parser.readTree(line);
                assertThat(object.path("type").asText()).isEqualTo(EventType.of(event).text());
            }
        }
    }

    // what is in quotes here is in double quotes there
    private static String json(String type, String fields) {
        String quoted = fields.replace("\\'", "\0").replace('\'', '"').replace("\0", "\\\"");
        return HEAD.formatted(type) + quoted + "}";
    }

    private static String render(Framing framing, RunEvent event) {
        byte[] bytes =
                new EventRendering(EventFilter.ALL, framing)
                        .render(RUN, List.of(new RecordedEvent(7, AT, event)));
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
