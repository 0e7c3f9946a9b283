package dev.runnel.sink.aerunner;

import dev.runnel.network.AddressGuard;
import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import dev.runnel.run.RunId;
import dev.runnel.sink.Eventually;
import dev.runnel.sink.FeederSettings;
import dev.runnel.sink.MemorySinkPositions;
import dev.runnel.sink.RecordedRuns;
import dev.runnel.sink.Sink;
import dev.runnel.sink.SinkFeeder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The three sinks, fed from runs in memory, and a receiver.
final class CallbackFixture implements AutoCloseable {
    static final Duration QUICK = Duration.ofMillis(20);
    private static final FeederSettings SETTINGS =
            new FeederSettings(4, QUICK, Duration.ofSeconds(30), QUICK, QUICK, Duration.ofHours(1));
    private static final int LIMIT = 1 << 20;

    final RecordedRuns runs = new RecordedRuns();
    final MemorySinkPositions positions = new MemorySinkPositions(runs);
    final Receiver receiver = new Receiver();
    private final List<SinkFeeder> feeders = new ArrayList<>();
    private final List<CallbackClient> clients = new ArrayList<>();
    private CallbackSettings settings = settings(Callbacks.NONE, LIMIT, false);
    private List<String> allow = List.of("127.0.0.1");
    private int starts;

    /// Callbacks at all levels of the receiver: `/run`, `/step` and `/command`.
    Callbacks callbacks(Protocol protocol) {
        return new Callbacks(
                Optional.of(receiver.uri("/run")),
                Optional.of(receiver.uri("/step")),
                Optional.of(receiver.uri("/command")),
                protocol);
    }

    /// What the operator configured; has to come before the start.
    void configure(Callbacks targets) {
        settings = settings(targets, LIMIT, false);
    }

    void limitOutput(int characters) {
        settings = settings(settings.targets(), characters, false);
    }

    void logCallbacks() {
        settings = settings(settings.targets(), LIMIT, true);
    }

    /// Which addresses requests may name, beside public ones.
    void allow(List<String> addresses) {
        allow = addresses;
    }

    private static CallbackSettings settings(Callbacks targets, int limit, boolean log) {
        return new CallbackSettings(targets, Duration.ofSeconds(2), limit, log);
    }

    /// The three sinks as a fresh process has them.
    List<Sink> open() {
        CallbackClient client = new CallbackClient(settings.timeout(), new AddressGuard(allow));
        clients.add(client);
        return Stream.of(Level.values())
                .<Sink>map(level ->
                        new AeRunnerCallbacks(
                                level, settings, client, runs.log(), Clock.systemUTC()))
                .toList();
    }

    /// Starts a process that feeds them.
    SinkFeeder start() {
        starts++;
        SinkFeeder feeder =
                new SinkFeeder(
                        open(),
                        positions,
                        runs.store(),
                        runs.log(),
                        SETTINGS,
                        "process " + starts,
                        Clock.systemUTC(),
                        RandomGenerator.getDefault());
        feeders.add(feeder);
        feeder.start();
        return feeder;
    }

    /// Returns when nothing is left to tell of the run.
    void awaitDone(RunId run) {
        for (Level level : Level.values()) {
            Eventually.until(
                    "all is told of " + level, () -> positions.isDone(level.sinkName(), run));
        }
    }

    @Override
    public void close() {
        feeders.forEach(SinkFeeder::close);
        clients.forEach(CallbackClient::close);
        receiver.close();
    }
}
