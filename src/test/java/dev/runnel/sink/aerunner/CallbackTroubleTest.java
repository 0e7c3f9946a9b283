package dev.runnel.sink.aerunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.sink.Eventually;
import dev.runnel.sink.RecordedRuns;
import dev.runnel.sink.aerunner.Receiver.Answer;
import dev.runnel.sink.aerunner.Receiver.Got;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Receivers that fail, refuse, redirect, dawdle, or may not be called.
class CallbackTroubleTest {
    private final CallbackFixture callbacks = new CallbackFixture();
    private final RecordedRuns runs = callbacks.runs;
    private final Receiver receiver = callbacks.receiver;

    @AfterEach
    void close() {
        callbacks.close();
    }

    @Test
    void aServerErrorIsTriedAgainWithTheSameObject() {
        AtomicInteger failures = new AtomicInteger(3);
        receiver.answer(got ->
                got.path().equals("/run") && failures.getAndDecrement() > 0
                        ? Optional.of(Answer.of(500))
                        : Optional.empty());
        RunId run = playHello(callbacks.callbacks(Protocol.POST));
        callbacks.awaitDone(run);
        List<JsonNode> bodies = receiver.bodies("/run").toList();
        assertThat(bodies.subList(0, 4)).containsOnly(bodies.getFirst());
        assertThat(bodies).hasSize(9);
        assertThat(status(bodies.getLast())).isEqualTo("SUCCESSFUL");
    }

    @Test
    void whenTheReceiverIsBackEverythingArrivesInOrder() {
        callbacks.start();
        RunId run = runs.request(callbacks.callbacks(Protocol.POST));
        runs.begin(run, List.of("echo Hello World"));
        Eventually.until("the beginning is told", () -> receiver.got("/run").size() == 3);
        receiver.switchOff();
        runs.happened(run, RecordedRuns.step(1, StepState.IN_PROGRESS));
        runs.happened(run, RecordedRuns.step(1, StepState.SUCCESSFUL));
        runs.end(run, RunState.SUCCESSFUL);
        Eventually.never(
                "it is done",
                Duration.ofMillis(200),
                () -> callbacks.positions.isDone(Level.RUN.sinkName(), run));
        receiver.switchOn();
        callbacks.awaitDone(run);
        assertThat(receiver.bodies("/run").map(CallbackTroubleTest::status))
                .containsExactly(
                        "PENDING",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "IN_PROGRESS",
                        "SUCCESSFUL");
        assertThat(receiver.bodies("/step").map(CallbackTroubleTest::status))
                .containsExactly("IN_PROGRESS", "SUCCESSFUL");
    }

    @Test
    void whatWasRegisteredBeforeAFailureIsNotRegisteredAgain() {
        AtomicInteger patches = new AtomicInteger();
        receiver.answer(got -> {
            if (got.method().equals("POST")) {
                return Optional.of(Answer.linkingTo(got.path() + "/7"));
            }
            return patches.incrementAndGet() == 1 ? Optional.of(Answer.of(503)) : Optional.empty();
        });
        RunId run = runs.request(onlyRuns(receiver.uri("/run"), Protocol.REGISTER));
        runs.playHello(run, 1);
        callbacks.start();
        callbacks.awaitDone(run);
        assertThat(receiver.got("/run")).hasSize(1);
        assertThat(receiver.got("/run/7")).hasSize(6);
    }

    @Test
    void theReceiverSaysWhenToComeAgain() {
        AtomicInteger requests = new AtomicInteger();
        receiver.answer(_ ->
                requests.incrementAndGet() == 1
                        ? Optional.of(Answer.of(429).with("Retry-After", "1"))
                        : Optional.empty());
        RunId run = playHello(onlyRuns(receiver.uri("/run"), Protocol.POST));
        callbacks.awaitDone(run);
        Instant first = receiver.got("/run").get(0).at();
        Instant second = receiver.got("/run").get(1).at();
        assertThat(Duration.between(first, second)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aRefusalEndsItsLevelOnly() {
        receiver.answer(
                got -> got.path().equals("/step") ? Optional.of(Answer.of(404)) : Optional.empty());
        RunId run = playHello(callbacks.callbacks(Protocol.POST));
        callbacks.awaitDone(run);
        assertThat(receiver.got("/step")).hasSize(1);
        assertThat(status(receiver.got("/run").getLast().body())).isEqualTo("SUCCESSFUL");
        assertThat(receiver.got("/command").getLast().body().get("output")).hasSize(1);
    }

    @Test
    void redirectsAreNotFollowed() {
        receiver.answer(got ->
                got.path().equals("/run")
                        ? Optional.of(
                                Answer.of(307)
                                        .with("Location", receiver.uri("/elsewhere").toString()))
                        : Optional.empty());
        RunId run = playHello(callbacks.callbacks(Protocol.POST));
        callbacks.awaitDone(run);
        assertThat(receiver.got("/run")).hasSize(1);
        assertThat(receiver.got("/elsewhere")).isEmpty();
    }

    @Test
    void aReceiverThatDawdlesIsTriedAgain() {
        CountDownLatch patience = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        receiver.answer(_ -> {
            if (requests.incrementAndGet() == 1) {
                await(patience);
            }
            return Optional.empty();
        });
        RunId run = playHello(onlyRuns(receiver.uri("/run"), Protocol.POST));
        callbacks.awaitDone(run);
        patience.countDown();
        // a request that was given up may still arrive behind the later ones
        assertThat(receiver.bodies("/run").map(CallbackTroubleTest::status))
                .contains("PENDING", "SUCCESSFUL");
        assertThat(requests)
                .hasValueGreaterThan(receiver.bodies("/run").distinct().toList().size());
    }

    @Test
    void aRequestMayNotNameAPrivateAddress() {
        callbacks.allow(List.of());
        RunId run = playHello(callbacks.callbacks(Protocol.POST));
        callbacks.awaitDone(run);
        assertThat(receiver.got()).isEmpty();
    }

    @Test
    void theOperatorMayNameAPrivateAddress() {
        callbacks.allow(List.of());
        callbacks.configure(callbacks.callbacks(Protocol.POST));
        RunId run = playHello(Callbacks.NONE);
        callbacks.awaitDone(run);
        assertThat(status(receiver.got("/run").getLast().body())).isEqualTo("SUCCESSFUL");
        assertThat(receiver.got("/step")).isNotEmpty();
        assertThat(receiver.got("/command")).isNotEmpty();
    }

    @Test
    void theRequestGoesBeforeTheConfiguration() {
        callbacks.configure(onlyRuns(receiver.uri("/configured"), Protocol.POST));
        RunId run = playHello(onlyRuns(receiver.uri("/requested"), Protocol.POST));
        callbacks.awaitDone(run);
        assertThat(receiver.got("/requested")).isNotEmpty();
        assertThat(receiver.got("/configured")).isEmpty();
    }

    @Test
    void aLinkToAnotherServerPassesTheGuard() {
        callbacks.allow(List.of());
        callbacks.configure(onlyRuns(receiver.uri("/run"), Protocol.REGISTER));
        try (Receiver inside = new Receiver()) {
            receiver.answer(_ -> Optional.of(Answer.linkingTo(inside.uri("/self").toString())));
            RunId run = playHello(Callbacks.NONE);
            callbacks.awaitDone(run);
            assertThat(receiver.got("/run")).hasSize(1);
            assertThat(inside.got()).isEmpty();
        }
    }

    @Test
    void aLinkToAnotherServerThatIsAllowedIsPatched() {
        callbacks.configure(onlyRuns(receiver.uri("/run"), Protocol.REGISTER));
        try (Receiver other = new Receiver()) {
            receiver.answer(_ -> Optional.of(Answer.linkingTo(other.uri("/self").toString())));
            RunId run = playHello(Callbacks.NONE);
            callbacks.awaitDone(run);
            assertThat(other.got("/self")).extracting(Got::method).containsOnly("PATCH");
            assertThat(status(other.got("/self").getLast().body())).isEqualTo("SUCCESSFUL");
        }
    }

    @Test
    void aPasswordInTheAddressGoesToItsServerOnly() {
        URI plain = receiver.uri("/run");
        URI withUser = URI.create(plain.toString().replace("http://", "http://me:secret@"));
        callbacks.configure(onlyRuns(withUser, Protocol.REGISTER));
        try (Receiver other = new Receiver()) {
            receiver.answer(_ -> Optional.of(Answer.linkingTo(other.uri("/self").toString())));
            RunId run = playHello(Callbacks.NONE);
            callbacks.awaitDone(run);
            String expected =
                    Base64.getEncoder()
                            .encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
            assertThat(receiver.got("/run").getFirst().header("Authorization"))
                    .isEqualTo("Basic " + expected);
            assertThat(other.got("/self")).isNotEmpty();
            assertThat(other.got("/self"))
                    .allMatch(got -> !got.headers().containsKey("Authorization"));
        }
    }

    @Test
    void anAddressThatIsNoneIsGivenUp() {
        RunId run = playHello(onlyRuns(URI.create("ftp:nowhere"), Protocol.POST));
        callbacks.awaitDone(run);
        assertThat(receiver.got()).isEmpty();
    }

    private RunId playHello(Callbacks requested) {
        callbacks.start();
        RunId run = runs.request(requested);
        runs.playHello(run, 1);
        return run;
    }

    private static Callbacks onlyRuns(URI target, Protocol protocol) {
        return new Callbacks(Optional.of(target), Optional.empty(), Optional.empty(), protocol);
    }

    private static String status(JsonNode body) {
        return body.get("status").asText();
    }

    @SuppressWarnings("ReturnValueIgnored") // whether it was released or waited long enough
    private static void await(CountDownLatch latch) {
        try {
            latch.await(15, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
