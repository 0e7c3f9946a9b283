package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.cli.EventStream.Limits;
import dev.runnel.cli.FakeRunnel.Then;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventStreamTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final FakeRunnel server = new FakeRunnel();
    private final Frames frames = new Frames();
    private final List<Long> seen = new ArrayList<>();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void givesUpAConnectionThatSaysNothingAndGoesOnWithAnother() throws Exception {
        server.answerEvents(Then.SILENCE, frames.runState("IN_PROGRESS"))
                .answerEvents(Then.END, frames.end("SUCCESSFUL"));

        follow(new Limits(SHORT, LONG));

        assertThat(seen).containsExactly(1L, 2L);
    }

    @Test
    void aSignOfLifeKeepsAQuietConnection() throws Exception {
        server.answerEvents(
                Then.END,
                frames.runState("IN_PROGRESS"),
                ": keep-alive\n\n",
                "retry: 1000\n\n",
                frames.end("SUCCESSFUL"));

        follow(new Limits(LONG, LONG));

        assertThat(seen).containsExactly(1L, 2L);
        assertThat(server.asked()).hasSize(1);
    }

    @Test
    void givesUpWhenTheServerStaysAway() {
        server.answerEvents(Then.CUT, frames.runState("IN_PROGRESS"))
                .answerStatus(503)
                .answerStatus(503)
                .answerStatus(503);

        assertThatThrownBy(() -> follow(new Limits(LONG, SHORT)))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("did not answer")
                .extracting(failure -> ((CommandFailed) failure).code())
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    private void follow(Limits limits) throws InterruptedException {
        new EventStream(new RunnelClient(URI.create(server.url())), Frames.RUN, Map.of(), limits)
                .follow((_, event) -> seen.add(event.path("seq").asLong()), () -> {});
    }
}
