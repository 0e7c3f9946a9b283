package dev.runnel.sink.aerunner;

import dev.runnel.aerunner.OutputsSoFar;
import dev.runnel.eventlog.EventLog;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.StepState;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What a run printed so far, and what of it a receiver does not know yet. For one thread at a
/// time.
final class Transcript {
    private static final int BATCH = 500;

    private final OutputsSoFar outputs;
    private final Set<Place> unsent = new LinkedHashSet<>();
    private Instant lastUpdate = Instant.MIN;
    private long heard;

    /// Which command.
    record Place(int step, int command) {}

    private Transcript(int outputLimit) {
        this.outputs = new OutputsSoFar(outputLimit);
    }

    /// The transcript up to where the run stands.
    static Transcript of(Run run, EventLog log, int outputLimit) {
        Transcript transcript = new Transcript(outputLimit);
        while (transcript.heard < run.events()) {
            List<RecordedEvent> events = log.read(run.id(), transcript.heard, BATCH);
            if (events.isEmpty()) {
                throw new IllegalStateException(
                        "the log of run " + run.id() + " ends before event " + run.events());
            }
            events.stream().filter(event -> event.seq() <= run.events()).forEach(transcript::hear);
        }
        // what the receiver knows of a command that ended is all there is
        transcript.unsent.removeIf(place -> !isInProgress(run, place));
        return transcript;
    }

    private static boolean isInProgress(Run run, Place place) {
        return run.step(place.step()).commands().get(place.command() - 1).state()
                == StepState.IN_PROGRESS;
    }

    /// Sequence number of the last event it knows.
    long heard() {
        return heard;
    }

    OutputsSoFar outputs() {
        return outputs;
    }

    /// Takes note of an event; of one that it knows, nothing.
    void hear(RecordedEvent recorded) {
        if (recorded.seq() <= heard) {
            return;
        }
        heard = recorded.seq();
        outputs.add(recorded.event());
        if (recorded.event() instanceof OutputWritten output) {
            unsent.add(new Place(output.step(), output.command()));
        } else if (recorded.event() instanceof StepStateChanged change
                && change.state() == StepState.IN_PROGRESS) {
            unsent.removeIf(place -> place.step() == change.step());
        }
    }

    /// Commands whose output the receiver does not know.
    List<Place> unsent() {
        return List.copyOf(unsent);
    }

    /// The receiver knows the command as it stands.
    void sent(Place place, Instant at) {
        unsent.remove(place);
        lastUpdate = at;
    }

    Instant lastUpdate() {
        return lastUpdate;
    }
}
