package dev.runnel.sink.aerunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The settings as the shipped `application.properties` and an environment make them.
class CallbacksConfigTest {
    private static final Path SHIPPED = Path.of("src/main/resources/application.properties");

    @Test
    void withNothingSetNobodyIsTold() throws IOException {
        CallbacksConfig config = config(Map.of());
        assertThat(config.targets()).isEqualTo(Callbacks.NONE);
        assertThat(config.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.outputLimit().asLongValue()).isEqualTo(1 << 20);
        assertThat(config.log()).isFalse();
    }

    @Test
    void theOldNamesAreRead() throws IOException {
        assertThat(
                        config(
                                        Map.of(
                                                "PIPELINE_CALLBACK_URL", "http://old/run",
                                                "STEP_CALLBACK_URL", "http://old/step",
                                                "CMD_CALLBACK_URL", "http://old/cmd"))
                                .targets())
                .isEqualTo(
                        new Callbacks(
                                Optional.of(URI.create("http://old/run")),
                                Optional.of(URI.create("http://old/step")),
                                Optional.of(URI.create("http://old/cmd")),
                                Protocol.POST));
    }

    @Test
    void theLaterNameOfTheRunsReceiverGoesFirst() throws IOException {
        Map<String, String> both =
                Map.of(
                        "PIPELINE_CALLBACK_URL", "http://old/run",
                        "RUN_CALLBACK_URL", "http://later/run");
        assertThat(config(both).runUrl()).contains(URI.create("http://later/run"));
    }

    @Test
    void anEmptyVariableIsNone() throws IOException {
        assertThat(config(Map.of("RUN_CALLBACK_URL", "")).runUrl()).isEmpty();
    }

    @Test
    void runnelsOwnNamesAreReadToo() throws IOException {
        CallbacksConfig config =
                config(
                        Map.of(
                                "RUNNEL_CALLBACKS_STEP_URL", "https://own/step",
                                "RUNNEL_CALLBACKS_PROTOCOL", "register"));
        assertThat(config.stepUrl()).contains(URI.create("https://own/step"));
        assertThat(config.protocol()).isEqualTo(Protocol.REGISTER);
    }

    @Test
    void anAddressThatCannotBeCalledIsAFaultOfTheConfiguration() {
        Callbacks wrong =
                new Callbacks(
                        Optional.empty(),
                        Optional.of(URI.create("scheduler:8000/steps")),
                        Optional.empty(),
                        Protocol.POST);
        assertThatThrownBy(() -> new CallbackSettings(wrong, Duration.ofSeconds(1), 1000, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("runnel.callbacks.step-url");
    }

    private static CallbacksConfig config(Map<String, String> environment) throws IOException {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(SHIPPED.toUri().toURL(), 250))
                .withSources(new EnvConfigSource(environment, 300))
                .withMapping(CallbacksConfig.class)
                .withMappingIgnore("runnel.**")
                .withMappingIgnore("quarkus.**")
                .build()
                .getConfigMapping(CallbacksConfig.class);
    }
}
