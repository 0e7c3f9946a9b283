package dev.runnel.sink.aerunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import dev.runnel.run.RunId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The lines that take the place of callbacks in the log.
class CallbackLogTest {
    private static final Logger LOGGER = Logger.getLogger(Teller.class.getName());
    private static final String MARK = "CALLBACK:";

    private final CallbackFixture callbacks = new CallbackFixture();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord logged) {
                    lines.add(logged.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void close() {
        callbacks.close();
        LOGGER.removeHandler(handler);
    }

    @Test
    void aRunWithoutCallbacksIsWrittenToTheLogWhenTheOperatorWantsIt()
            throws JsonProcessingException {
        callbacks.logCallbacks();
        callbacks.start();
        RunId run = callbacks.runs.request(Callbacks.NONE);
        callbacks.runs.playHello(run, 1);
        callbacks.awaitDone(run);
        assertThat(lines).hasSize(6).allMatch(line -> line.startsWith(MARK));
        JsonNode last = new ObjectMapper().readTree(lines.getLast().substring(MARK.length()));
        assertThat(last.get("run_id").asText()).isEqualTo(run.toString());
        assertThat(last.get("status").asText()).isEqualTo("SUCCESSFUL");
        assertThat(last.at("/steps/0/script/0/output/0").asText()).isEqualTo("Hello World\r\n");
    }

    @Test
    void aRunWithCallbacksIsNot() {
        callbacks.logCallbacks();
        callbacks.start();
        RunId run = callbacks.runs.request(callbacks.callbacks(Protocol.POST));
        callbacks.runs.playHello(run, 1);
        callbacks.awaitDone(run);
        assertThat(lines).isEmpty();
    }

    @Test
    void byDefaultNothingIs() {
        callbacks.start();
        RunId run = callbacks.runs.request(Callbacks.NONE);
        callbacks.runs.playHello(run, 1);
        callbacks.awaitDone(run);
        assertThat(lines).isEmpty();
    }
}
