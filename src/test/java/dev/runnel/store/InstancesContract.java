package dev.runnel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.store.Instances.Instance;
import dev.runnel.store.Instances.Load;
import dev.runnel.store.Instances.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every registry of instances does.
@Timeout(60)
public abstract class InstancesContract {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Instant START = Instant.parse("2026-03-04T05:06:07.123456Z");

    /// The registry under test.
    protected abstract Instances instances();

    @BeforeEach
    void forgetAll() {
        instances().all().forEach(seen -> instances().leave(seen.instance().id()));
    }

    @Test
    void anInstanceIsShownAsItToldOfItselfLast() {
        instances().beat(instance("b", 1, true), LONG);
        instances().beat(instance("a", 0, true), LONG);
        instances().beat(instance("b", 2, false), LONG);
        assertThat(instances().all())
                .extracting(Seen::instance)
                .containsExactly(instance("a", 0, true), instance("b", 2, false));
        assertThat(instances().all())
                .allMatch(Seen::alive)
                .allSatisfy(seen ->
                        assertThat(seen.heartbeatAt())
                                .isBetween(
                                        Instant.now().minusSeconds(60),
                                        Instant.now().plusSeconds(60)));
    }

    @Test
    void anInstanceThatGivesNoSignOfLifeIsDeadAndComesBackWithTheNext() throws Exception {
        instances().beat(instance("a", 0, true), Duration.ofMillis(20));
        while (instances().all().getFirst().alive()) {
            Thread.sleep(5);
        }
        instances().beat(instance("b", 0, true), LONG);
        assertThat(instances().all()).extracting(Seen::alive).containsExactly(false, true);
        instances().beat(instance("a", 0, true), LONG);
        assertThat(instances().all()).extracting(Seen::alive).containsExactly(true, true);
    }

    @Test
    void anInstanceThatLeftIsForgotten() {
        instances().beat(instance("a", 0, true), LONG);
        instances().leave("a");
        instances().leave("a");
        assertThat(instances().all()).isEmpty();
    }

    protected static Instance instance(String id, int runs, boolean accepting) {
        return new Instance(
                id,
                "host",
                "1.2",
                "docker",
                START,
                accepting,
                new Load(runs, 1),
                new Load(4, 8),
                Set.of("linux", "gpu"));
    }
}
