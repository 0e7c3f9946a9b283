package dev.runnel.engine;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.Chunk;
import dev.runnel.eventlog.FencedOff;
import dev.runnel.run.Reason;
import dev.runnel.run.RecordedEvent;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.ProgressMade;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.source.Source;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStore.IdempotencyKey;
import dev.runnel.store.RunStore.Submission;
import dev.runnel.store.StoreUnavailable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Function;

/// The one door through which requests come in: checks them, stores them, answers. Every intake and
/// the API end here. Blocks for a database round trip or two; call it on a virtual thread.
public final class RunStarter {
    private static final System.Logger LOG = System.getLogger(RunStarter.class.getName());
    // Longer than a driver with a free place needs, to whom announcing the run would be in the way
    private static final Duration ANNOUNCED_AFTER = Duration.ofMillis(200);

    private final RunStore store;
    private final EventLog log;
    private final Source source;
    private final RunDispatcher dispatcher;
    private final Clock clock;
    private final Function<Instant, RunId> ids;

    public RunStarter(
            RunStore store,
            EventLog log,
            Source source,
            RunDispatcher dispatcher,
            Clock clock,
            Function<Instant, RunId> ids) {
        this.store = store;
        this.log = log;
        this.source = source;
        this.dispatcher = dispatcher;
        this.clock = clock;
        this.ids = ids;
    }

    /// Accepts a request. When this returns `Accepted`, the run is stored and will be driven,
    /// whatever happens to this process.
    ///
    /// @param idempotencyKey the caller's own name for the request: repeating it gives the same run
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public Started start(RunRequest request, Optional<String> idempotencyKey) {
        if (dispatcher.isClosing()) {
            return new Started.ShuttingDown();
        }
        List<Rejection> rejections = RequestCheck.rejectionsOf(request, this::urlRefusal);
        if (!rejections.isEmpty()) {
            return new Started.Refused(rejections);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Run run = Run.requested(ids.apply(now), request, now);
        Optional<IdempotencyKey> key =
                idempotencyKey.map(
                        text -> new IdempotencyKey(text, RunStore.fingerprintOf(request)));
        return switch (store.submit(run, key)) {
            case Submission.Accepted(Run accepted, List<RunId> superseded) ->
                    accepted(accepted, superseded);
            case Submission.Repeated repeated -> new Started.Repeated(repeated.run());
            case Submission.KeyTaken taken -> new Started.KeyTaken(taken.run());
            case Submission.IntakePaused _ -> new Started.IntakePaused();
            case Submission.GroupRejected(RunId live) -> new Started.GroupRejected(live);
        };
    }

    /// Asks a run to stop. Idempotent; a run that has ended stays as it is.
    ///
    /// @return false when there is no such run
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public boolean cancel(RunId id) {
        if (!store.requestCancel(id)) {
            return false;
        }
        dispatcher.cancel(id, Reason.CANCELLED);
        return true;
    }

    /// Asks a step to stop, or not to start; the run then ends with it. Idempotent; a step that is
    /// over stays as it is.
    ///
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public void cancel(RunId id, int step) {
        store.requestCancel(id, step);
        dispatcher.cancel(id, step);
    }

    /// Lets a step start that waits for approval. Idempotent.
    ///
    /// @throws dev.runnel.store.StoreUnavailable when the database does not answer
    public void approve(RunId id, int step) {
        store.approve(id, step);
        dispatcher.approve(id, step);
    }

    private Started accepted(Run run, List<RunId> superseded) {
        if (!superseded.isEmpty()) {
            Thread.ofVirtual()
                    .name("supersede-" + run.id())
                    .start(() -> superseded.forEach(this::supersede));
        }
        // this is for the run that has to wait, and the caller need not wait for it
        Thread.ofVirtual().name("announce-" + run.id()).start(() -> announce(run));
        return new Started.Accepted(run);
    }

    // those that are driven elsewhere are heard of there
    private void supersede(RunId older) {
        try {
            dispatcher.cancel(older, Reason.SUPERSEDED);
        } catch (StoreUnavailable e) {
            LOG.log(System.Logger.Level.DEBUG, "whoever claims it next cancels run {0}", older);
        }
    }

    private void announce(Run run) {
        try {
            Thread.sleep(ANNOUNCED_AFTER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!dispatcher.drives(run.id())) {
            writePending(run);
            // whoever wanted to take the run just then has passed it over
            dispatcher.wake();
        }
    }

    private void writePending(Run run) {
        RecordedEvent pending =
                new RecordedEvent(1, run.createdAt(), RunStateChanged.to(RunState.PENDING));
        List<RecordedEvent> events = new ArrayList<>();
        events.add(pending);
        Run announced = run.after(pending);
        if (!run.request().queueing().labels().isEmpty()) {
            RecordedEvent needs = new RecordedEvent(2, run.createdAt(), needs(run));
            events.add(needs);
            announced = announced.after(needs);
        }
        try {
            log.append(new Chunk(0, events, announced, Map.of()));
        } catch (FencedOff e) {
            // a driver was faster and has announced it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ProgressMade needs(Run run) {
        String labels = String.join(", ", new TreeSet<>(run.request().queueing().labels()));
        return new ProgressMade(
                Activity.WAIT,
                0,
                "waiting for an instance with the labels " + labels,
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    private Optional<String> urlRefusal(String url) {
        return source.refusalOf(url).map(SourceRefusal::message);
    }

    /// What came of a request.
    public sealed interface Started {
        /// The run is stored.
        record Accepted(Run run) implements Started {}

        /// The same request came before; this is its run.
        record Repeated(Run run) implements Started {}

        /// The key stands for another request, of this run.
        record KeyTaken(RunId run) implements Started {}

        /// The intake is paused; nothing was stored.
        record IntakePaused() implements Started {}

        /// As many runs of its concurrency group are live as may be; nothing was stored.
        ///
        /// @param live one of them
        record GroupRejected(RunId live) implements Started {}

        /// The request has faults; nothing was stored.
        record Refused(List<Rejection> rejections) implements Started {
            public Refused {
                rejections = List.copyOf(rejections);
            }
        }

        /// This instance is ending and takes nothing new; another one, or a later try, will.
        record ShuttingDown() implements Started {}
    }

    /// One fault of a request.
    ///
    /// @param field JSON pointer to it, `/url`
    /// @param message what is wrong
    /// @param hint what to do about it; empty when the message says it
    public record Rejection(String field, String message, String hint) {}
}
