package dev.runnel.engine.micrometer;

import dev.runnel.engine.EngineCounts;
import dev.runnel.engine.RetentionSweep;
import dev.runnel.engine.RunDispatcher;
import dev.runnel.executor.Executor.Ahead.Waiting;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunQueue.Depth;
import dev.runnel.store.RunQueue.Held;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The numbers of the queue and of the engine, for `/q/metrics`.
@ApplicationScoped
class EngineMeters {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RunDispatcher dispatcher;
    private final RunQueue queue;
    private final RetentionSweep retention;
    private final Clock clock;
    private @Nullable Depth depth;
    private long askedAt;

    @Inject
    EngineMeters(RunDispatcher dispatcher, RunQueue queue, RetentionSweep retention, Clock clock) {
        this.dispatcher = dispatcher;
        this.queue = queue;
        this.retention = retention;
        this.clock = clock;
    }

    void register(@Observes StartupEvent event, MeterRegistry meters) {
        gauge(
                meters,
                "runnel.runs.driven",
                "runs that this instance drives now",
                one -> one.dispatcher.running());
        gauge(
                meters,
                "runnel.runs.driven.max",
                "runs that it drives at the most",
                one -> one.dispatcher.maxRuns());
        gauge(
                meters,
                "runnel.steps.running",
                "steps that this instance runs now",
                one -> one.dispatcher.runningSteps());
        gauge(
                meters,
                "runnel.steps.running.max",
                "steps that it runs at the most",
                one -> one.dispatcher.maxSteps());
        gauge(
                meters,
                "runnel.waiting.places",
                "places that wait here for steps of any run",
                one -> one.dispatcher.waiting().idle());
        gauge(
                meters,
                "runnel.queue.depth",
                "runs that wait, in all instances",
                one -> one.depth().waiting());
        gauge(
                meters,
                "runnel.queue.running",
                "runs that are driven, in all instances",
                one -> one.depth().running());
        Gauge.builder("runnel.queue.oldest.age", this, EngineMeters::oldestAge)
                .description("for how long the oldest waiting run could have begun")
                .baseUnit("seconds")
                .register(meters);
        for (Held held : Held.values()) {
            Gauge.builder("runnel.queue.held", this, one -> one.held(held))
                    .description("waiting runs that nobody may take now, in all instances")
                    .tag("why", held.code())
                    .register(meters);
        }
        counters(meters);
        retention(meters);
    }

    private void counters(MeterRegistry meters) {
        waiting(
                meters,
                "runnel.waiting.places.made",
                "places that were made to wait for steps of any run",
                Waiting::made);
        waiting(
                meters,
                "runnel.waiting.places.used",
                "steps that started in a place that waited",
                Waiting::used);
        counter(
                meters,
                "runnel.runs.claimed",
                "runs that this instance took",
                EngineCounts::claimed);
        counter(
                meters,
                "runnel.runs.recovered",
                "of those, the ones that had a driver before",
                EngineCounts::recovered);
        counter(
                meters,
                "runnel.runs.lost",
                "runs with a step whose outcome nobody saw",
                EngineCounts::lost);
        counter(
                meters,
                "runnel.leases.taken.over",
                "runs taken because their lease had expired",
                EngineCounts::takeOvers);
        counter(
                meters,
                "runnel.leases.lost",
                "runs that others took from this instance",
                EngineCounts::leasesLost);
        counter(
                meters,
                "runnel.janitor.removals",
                "containers and workspaces that were left over",
                EngineCounts::removals);
    }

    private void retention(MeterRegistry meters) {
        FunctionCounter.builder(
                        "runnel.retention.runs.removed", retention, RetentionSweep::removedRuns)
                .description("runs that this instance removed because of their age or number")
                .register(meters);
        FunctionCounter.builder(
                        "runnel.retention.logs.removed", retention, RetentionSweep::removedLogs)
                .description("logs that this instance removed because of their age")
                .register(meters);
    }

    private void gauge(
            MeterRegistry meters,
            String name,
            String description,
            ToDoubleFunction<EngineMeters> value) {
        Gauge.builder(name, this, value).description(description).register(meters);
    }

    private void waiting(
            MeterRegistry meters,
            String name,
            String description,
            ToDoubleFunction<Waiting> value) {
        FunctionCounter.builder(name, dispatcher, one -> value.applyAsDouble(one.waiting()))
                .description(description)
                .register(meters);
    }

    private void counter(
            MeterRegistry meters,
            String name,
            String description,
            ToDoubleFunction<EngineCounts> value) {
        FunctionCounter.builder(name, dispatcher.counts(), value)
                .description(description)
                .register(meters);
    }

    private double oldestAge() {
        return depth().oldest()
                .map(oldest -> Duration.between(oldest, clock.instant()).toMillis() / 1000.0)
                .map(age -> Math.max(0, age))
                .orElse(0.0);
    }

    private double held(Held why) {
        return depth().held().getOrDefault(why, 0L);
    }

    // the gauges of one look share one question
    private synchronized Depth depth() {
        @Nullable Depth known = depth;
        if (known == null || System.nanoTime() - askedAt > FRESH_NANOS) {
            known = queue.depth();
            depth = known;
            askedAt = System.nanoTime();
        }
        return known;
    }
}
