package dev.runnel.sink.aerunner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.network.AddressGuard;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import dev.runnel.run.RunId;
import dev.runnel.sink.Sink;
import dev.runnel.sink.SinkContract;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/// Each level with each protocol does what a sink does.
class AeRunnerCallbacksContractTest {

    @Nested
    class PostsRuns extends LevelContract {
        PostsRuns() {
            super(Level.RUN, Protocol.POST);
        }
    }

    @Nested
    class PostsSteps extends LevelContract {
        PostsSteps() {
            super(Level.STEP, Protocol.POST);
        }
    }

    @Nested
    class PostsCommands extends LevelContract {
        PostsCommands() {
            super(Level.COMMAND, Protocol.POST);
        }
    }

    @Nested
    class RegistersRuns extends LevelContract {
        RegistersRuns() {
            super(Level.RUN, Protocol.REGISTER);
        }
    }

    @Nested
    class RegistersSteps extends LevelContract {
        RegistersSteps() {
            super(Level.STEP, Protocol.REGISTER);
        }
    }

    @Nested
    class RegistersCommands extends LevelContract {
        RegistersCommands() {
            super(Level.COMMAND, Protocol.REGISTER);
        }
    }

    abstract static class LevelContract extends SinkContract {
        private final Receiver receiver = new Receiver();
        private final CallbackClient client =
                new CallbackClient(Duration.ofSeconds(2), new AddressGuard(List.of("127.0.0.1")));
        private final Level level;
        private final Protocol protocol;

        LevelContract(Level level, Protocol protocol) {
            this.level = level;
            this.protocol = protocol;
            receiver.answer(request ->
                    request.method().equals("POST")
                            ? Optional.of(Receiver.Answer.linkingTo("/self"))
                            : Optional.empty());
        }

        @AfterEach
        void close() {
            client.close();
            receiver.close();
        }

        @Override
        protected Sink open() {
            CallbackSettings settings =
                    new CallbackSettings(Callbacks.NONE, Duration.ofSeconds(2), 1 << 20, false);
            return new AeRunnerCallbacks(level, settings, client, runs.log(), Clock.systemUTC());
        }

        @Override
        protected RunId wanted() {
            return runs.request(
                    switch (level) {
                        case RUN -> callbacks(Optional.of(level), Optional.empty());
                        case STEP, COMMAND -> callbacks(Optional.empty(), Optional.of(level));
                    });
        }

        @Override
        protected RunId unwanted() {
            return runs.request(
                    switch (level) {
                        case RUN -> callbacks(Optional.empty(), Optional.of(Level.STEP));
                        case STEP, COMMAND -> callbacks(Optional.of(Level.RUN), Optional.empty());
                    });
        }

        private Callbacks callbacks(Optional<Level> run, Optional<Level> part) {
            return new Callbacks(
                    run.map(_ -> receiver.uri("/")),
                    part.filter(Level.STEP::equals).map(_ -> receiver.uri("/")),
                    part.filter(Level.COMMAND::equals).map(_ -> receiver.uri("/")),
                    protocol);
        }

        @Override
        protected List<String> toldOf(RunId run) {
            return receiver.got().stream()
                    .filter(got -> got.header("Runnel-Run").equals(run.toString()))
                    .map(Receiver.Got::body)
                    .map(JsonNode::toString)
                    .map(body -> body.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id"))
                    .toList();
        }

        @Override
        protected void switchTarget(boolean on) {
            if (on) {
                receiver.switchOn();
            } else {
                receiver.switchOff();
            }
        }
    }
}
