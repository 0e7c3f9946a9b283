package dev.runnel.sink;

import dev.runnel.eventlog.EventLog;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Callbacks;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import dev.runnel.store.RunStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Runs and their logs, in memory: a test says what happened to them.
public final class RecordedRuns {
    private final Map<RunId, Entry> runs = new ConcurrentSkipListMap<>();
    private final List<EventLog.AppendListener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean notifying = true;

    private record Entry(Run run, List<RecordedEvent> log) {}

    /// A new run whose request names these callbacks; its log is empty.
    public RunId request(Callbacks callbacks) {
        return requestedAt(Instant.now(), callbacks);
    }

    /// A run that was requested in the past.
    public RunId requestedAt(Instant at, Callbacks callbacks) {
        Instant micros = at.truncatedTo(ChronoUnit.MICROS);
        RunId id = RunId.at(at, RandomGenerator.getDefault());
        RunRequest request =
                new RunRequest(
                        "https://host/fxquants/aep-hello-world.git",
                        Optional.empty(),
                        Optional.empty(),
                        Map.of("TOKEN", "very secret"),
                        callbacks);
        runs.put(id, new Entry(Run.requested(id, request, micros), List.of()));
        return id;
    }

    /// Stores these events, in order, as one append.
    public void happened(RunId run, RunEvent... events) {
        happenedAt(Instant.now(), run, events);
    }

    public void happenedAt(Instant at, RunId run, RunEvent... events) {
        Instant micros = at.truncatedTo(ChronoUnit.MICROS);
        runs.computeIfPresent(
                run,
                (_, entry) -> {
                    Run now = entry.run();
                    List<RecordedEvent> log = new ArrayList<>(entry.log());
                    for (RunEvent event : events) {
                        RecordedEvent recorded = new RecordedEvent(now.events() + 1, micros, event);
                        now = now.after(recorded);
                        log.add(recorded);
                    }
                    return new Entry(now, List.copyOf(log));
                });
        if (notifying) {
            listeners.forEach(listener -> listener.appended(run));
        }
    }

    /// From here on, appends are not told of, as when notifications get lost.
    public void stopNotifying() {
        notifying = false;
    }

    /// The run begins and its pipeline is read: one step per script.
    @SafeVarargs
    public final void begin(RunId run, List<String>... scripts) {
        List<Step> steps = new ArrayList<>();
        for (List<String> script : scripts) {
            int number = steps.size() + 1;
            steps.add(new Step(number, "step " + number, new Image("alpine"), script, false));
        }
        happened(
                run,
                RunEvent.RunStateChanged.to(RunState.PENDING),
                RunEvent.RunStateChanged.to(RunState.IN_PROGRESS),
                new RunEvent.PipelineRead(
                        "0".repeat(40), new Pipeline("default", "/opt/fxquants/pipeline", steps)));
    }

    /// The run ends.
    public void end(RunId run, RunState state) {
        happened(
                run,
                RunEvent.RunStateChanged.to(state),
                new RunEvent.RunEnded(state, find(run).events() + 2));
    }

    /// A whole run of one step with one command that prints some lines.
    public void playHello(RunId run, int lines) {
        begin(run, List.of("echo Hello World"));
        happened(run, step(1, StepState.IN_PROGRESS));
        happened(run, new RunEvent.CommandStarted(1, 1, "echo Hello World"));
        for (int line = 1; line <= lines; line++) {
            happened(run, output(1, 1, lines == 1 ? "Hello World" : "Hello World " + line));
        }
        happened(run, new RunEvent.CommandFinished(1, 1, 0));
        happened(run, step(1, StepState.SUCCESSFUL));
        end(run, RunState.SUCCESSFUL);
    }

    public static RunEvent step(int number, StepState state) {
        return new RunEvent.StepStateChanged(
                number,
                "step " + number,
                1,
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public static RunEvent output(int step, int command, String line) {
        return new RunEvent.OutputWritten(step, command, OutputChannel.STDOUT, OutputLine.of(line));
    }

    public Run find(RunId run) {
        return entry(run).run();
    }

    public List<RecordedEvent> events(RunId run) {
        return entry(run).log();
    }

    Stream<Run> all() {
        return runs.values().stream().map(Entry::run);
    }

    private Entry entry(RunId run) {
        return Optional.ofNullable(runs.get(run)).orElseThrow();
    }

    /// The logs, for reading.
    public EventLog log() {
        return new EventLog() {
            @Override
            public List<RecordedEvent> read(RunId run, long after, int atMost) {
                return events(run).stream().skip(after).limit(atMost).toList();
            }

            @Override
            public List<RecordedEvent> readBefore(RunId run, long before, int atMost) {
                throw new UnsupportedOperationException();
            }

            @Override
            public long passOver(RunId run, long after, Set<Integer> steps) {
                throw new UnsupportedOperationException();
            }

            @Override
            public long passOverBefore(RunId run, long before, Set<Integer> steps) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Optional<TextEnd> textEnd(RunId run) {
                throw new UnsupportedOperationException();
            }

            @Override
            public TextEnd textBefore(RunId run, long offset) {
                throw new UnsupportedOperationException();
            }

            @Override
            public AutoCloseable onAppend(AppendListener listener) {
                listeners.add(listener);
                return () -> listeners.remove(listener);
            }

            @Override
            public void append(Chunk chunk) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isNewest(RunId run, long fence) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Map<StepAttempt, StepPosition> positions(RunId run) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Watch watch(RunId run) {
                throw new UnsupportedOperationException();
            }
        };
    }

    /// The runs, for finding.
    public RunStore store() {
        return new RunStore() {
            @Override
            public Optional<Run> find(RunId id) {
                return Optional.ofNullable(runs.get(id)).map(Entry::run);
            }

            @Override
            public Submission submit(Run run, Optional<IdempotencyKey> key) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<Run> list(RunFilter filter, Optional<RunId> after, int limit) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Optional<Claim> claimNext(String instance, Set<String> labels, Duration lease) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void require(Lease lease, Set<String> labels) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Optional<Claim> claim(RunId id, String instance, Duration lease) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<Renewal> renew(String instance, Set<Lease> leases, Duration lease) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void release(Lease lease) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean requestCancel(RunId id) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void requestCancel(RunId id, int step) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void approve(RunId id, int step) {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<RunId> rerunsOf(RunId id) {
                throw new UnsupportedOperationException();
            }

            @Override
            public AutoCloseable onChange(ChangeListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
