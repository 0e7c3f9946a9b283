package dev.runnel.sink.aerunner;

import dev.runnel.aerunner.CommandObject;
import dev.runnel.aerunner.RunObject;
import dev.runnel.aerunner.StepObject;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.Callbacks;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.sink.Sink;
import dev.runnel.sink.SinkException;
import dev.runnel.sink.aerunner.Transcript.Place;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One level of the callbacks: sends each of its objects when it changes. A run and a step change
/// with their state and that of their parts; a command when it starts, ends, and at most once a
/// second while it prints.
final class AeRunnerCallbacks implements Sink {
    private static final Duration BETWEEN_UPDATES = Duration.ofSeconds(1);
    private static final int MOST_TRANSCRIPTS = 256;

    private final Level level;
    private final CallbackSettings settings;
    private final CallbackClient client;
    private final EventLog log;
    private final Clock clock;
    private final Map<RunId, Transcript> transcripts =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<RunId, Transcript> eldest) {
                    return size() > MOST_TRANSCRIPTS;
                }
            };

    AeRunnerCallbacks(
            Level level,
            CallbackSettings settings,
            CallbackClient client,
            EventLog log,
            Clock clock) {
        this.level = level;
        this.settings = settings;
        this.client = client;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public String name() {
        return level.sinkName();
    }

    @Override
    public boolean wants(Run run) {
        Callbacks requested = run.request().callbacks();
        boolean nobodyIsTold = requested.isNone() && settings.targets().isNone();
        return target(run).isPresent() || (level == Level.RUN && settings.log() && nobodyIsTold);
    }

    @Override
    public Duration patience() {
        return BETWEEN_UPDATES;
    }

    @Override
    public Told deliver(Delivery delivery) throws SinkException, InterruptedException {
        Run run = delivery.before();
        CallbackMemory memory = CallbackMemory.read(delivery.memory());
        if (memory.refused()) {
            return new Told(delivery.events().getLast().seq(), delivery.memory());
        }
        Teller teller = new Teller(client, target(run), run.id(), memory);
        Transcript transcript = transcript(run);
        long done = run.events();
        try {
            for (RecordedEvent recorded : delivery.events()) {
                run = run.after(recorded);
                transcript.hear(recorded);
                tellChange(teller, run, transcript, recorded.event());
                if (level == Level.COMMAND && isTimeForOutput(delivery, recorded, transcript)) {
                    tellOutput(teller, run, transcript);
                }
                done = recorded.seq();
            }
        } catch (SinkException e) {
            if (done == delivery.before().events()) {
                throw e;
            }
            // what was told and registered until here is not to be told again
        }
        if (run.ended()) {
            forget(run.id());
        }
        return new Told(done, teller.memory().write());
    }

    private void tellChange(Teller teller, Run run, Transcript transcript, RunEvent event)
            throws SinkException, InterruptedException {
        switch (level) {
            case RUN -> {
                if (changesRun(event)) {
                    RunObject object = RunObject.of(run, transcript.outputs());
                    teller.tell("run", run.events(), object.toJson());
                }
            }
            case STEP -> {
                Optional<Integer> changed = changedStep(event);
                if (changed.isPresent()) {
                    StepObject object =
                            StepObject.of(run.id(), run.step(changed.get()), transcript.outputs());
                    teller.tell("step " + changed.get(), run.events(), object.toJson());
                }
            }
            case COMMAND -> {
                Optional<Place> changed = changedCommand(event);
                if (changed.isPresent()) {
                    tellCommand(teller, run, transcript, changed.get());
                }
            }
        }
    }

    private static boolean changesRun(RunEvent event) {
        return switch (event) {
            case RunEvent.RunStateChanged _,
                    RunEvent.PipelineRead _,
                    RunEvent.StepStateChanged _,
                    RunEvent.StepKept _,
                    RunEvent.StepExpanded _ ->
                    true;
            case RunEvent.StepWaits _,
                    RunEvent.StepApproved _,
                    RunEvent.StepOutputs _,
                    RunEvent.CommandStarted _,
                    RunEvent.CommandFinished _,
                    RunEvent.ResultPushed _,
                    RunEvent.OutputWritten _,
                    RunEvent.ProgressMade _,
                    RunEvent.ProblemFound _,
                    RunEvent.RunEnded _ ->
                    false;
        };
    }

    private static Optional<Integer> changedStep(RunEvent event) {
        return switch (event) {
            case RunEvent.StepStateChanged change -> Optional.of(change.step());
            case RunEvent.StepKept kept -> Optional.of(kept.step());
            case RunEvent.RunStateChanged _,
                    RunEvent.PipelineRead _,
                    RunEvent.StepWaits _,
                    RunEvent.StepApproved _,
                    RunEvent.StepOutputs _,
                    RunEvent.StepExpanded _,
                    RunEvent.ResultPushed _,
                    RunEvent.CommandStarted _,
                    RunEvent.CommandFinished _,
                    RunEvent.OutputWritten _,
                    RunEvent.ProgressMade _,
                    RunEvent.ProblemFound _,
                    RunEvent.RunEnded _ ->
                    Optional.empty();
        };
    }

    private static Optional<Place> changedCommand(RunEvent event) {
        return switch (event) {
            case RunEvent.CommandStarted(int step, int command, _) ->
                    Optional.of(new Place(step, command));
            case RunEvent.CommandFinished(int step, int command, _) ->
                    Optional.of(new Place(step, command));
            case RunEvent.RunStateChanged _,
                    RunEvent.PipelineRead _,
                    RunEvent.StepStateChanged _,
                    RunEvent.StepKept _,
                    RunEvent.StepWaits _,
                    RunEvent.StepApproved _,
                    RunEvent.StepOutputs _,
                    RunEvent.StepExpanded _,
                    RunEvent.ResultPushed _,
                    RunEvent.OutputWritten _,
                    RunEvent.ProgressMade _,
                    RunEvent.ProblemFound _,
                    RunEvent.RunEnded _ ->
                    Optional.empty();
        };
    }

    /// A command that is cut off has no end of its own, so its step's end brings its last output.
    private boolean isTimeForOutput(
            Delivery delivery, RecordedEvent recorded, Transcript transcript) {
        if (recorded.event() instanceof RunEvent.StepStateChanged) {
            return true;
        }
        boolean last = recorded.seq() == delivery.events().getLast().seq();
        // with more to come at once, what is held back now is told with it
        return last
                && (!delivery.more()
                        || !transcript.lastUpdate().plus(BETWEEN_UPDATES).isAfter(clock.instant()));
    }

    private void tellOutput(Teller teller, Run run, Transcript transcript)
            throws SinkException, InterruptedException {
        for (Place place : transcript.unsent()) {
            tellCommand(teller, run, transcript, place);
        }
    }

    private void tellCommand(Teller teller, Run run, Transcript transcript, Place place)
            throws SinkException, InterruptedException {
        CommandObject object =
                CommandObject.of(
                        run.id(),
                        place.step(),
                        run.step(place.step()).commands().get(place.command() - 1),
                        transcript.outputs());
        teller.tell(
                "command " + place.step() + "." + place.command(), run.events(), object.toJson());
        transcript.sent(place, clock.instant());
    }

    private Optional<Target> target(Run run) {
        return Target.of(level, run.request().callbacks(), settings.targets());
    }

    private Transcript transcript(Run before) {
        synchronized (transcripts) {
            Transcript known = transcripts.get(before.id());
            if (known != null && known.heard() >= before.events()) {
                return known;
            }
        }
        Transcript read = Transcript.of(before, log, settings.outputLimit());
        synchronized (transcripts) {
            transcripts.put(before.id(), read);
        }
        return read;
    }

    private void forget(RunId run) {
        synchronized (transcripts) {
            transcripts.remove(run);
        }
    }
}
