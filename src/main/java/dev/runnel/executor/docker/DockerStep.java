package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.RunningStep;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StopOrder;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.executor.docker.DockerEngine.ContainerState;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One attempt in its container, followed by one virtual thread from its creation to its end.
///
/// The container's state decides what is next, and is asked for whenever a connection ends: a
/// container that was created is started, one that runs is followed through the log, one that is
/// gone is lost.
final class DockerStep implements RunningStep {
    private static final System.Logger LOG = System.getLogger(DockerStep.class.getName());
    private static final int MOST_STARTS = 3;
    private static final Duration SETTLE = Duration.ofMillis(500);
    // How long whoever sent a program may need until it runs
    private static final Duration BEGINNING = Duration.ofSeconds(2);
    private static final Duration CREATION = Duration.ofSeconds(90);

    private final DockerEngine engine;
    private final StepContainers containers;
    private final String container;
    // Another process that takes the attempt up before its start makes a container of its own under
    // the same name; that one must not be touched by this process
    private volatile String id;
    private final OutputDecoder decoder;
    private final ContainerOutput output;
    private final Duration patience;
    private final StopOrder stopOrder;
    private final CompletableFuture<StepExit> outcome = new CompletableFuture<>();
    private final CountDownLatch created = new CountDownLatch(1);
    private final AtomicReference<@Nullable EngineStream> connection = new AtomicReference<>();
    private volatile boolean detached;
    private volatile boolean takenUp;
    // Whether a connection was cut, so that the end of the output may be missing
    private boolean cut;
    private int starts;

    /// @param patience how long the engine may be away
    DockerStep(
            DockerEngine engine,
            StepContainers containers,
            OutputDecoder decoder,
            ContainerOutput output,
            Duration patience) {
        this.engine = engine;
        this.containers = containers;
        this.container = containers.container();
        this.id = container;
        this.decoder = decoder;
        this.output = output;
        this.patience = patience;
        this.stopOrder = new StopOrder(new Means(), patience);
    }

    /// Creates the container and runs it.
    ///
    /// @param ready gives one that waits for the program, if there is one
    void create(Supplier<Optional<WaitingContainer>> ready) {
        follow(() -> {
            Optional<WaitingContainer> waiting = ready.get();
            return waiting.isPresent() ? runWaiting(waiting.get()) : createAndRun();
        });
    }

    private StepExit createAndRun() throws Refusal {
        id = containers.create();
        return run(new ContainerState.Created());
    }

    private StepExit runWaiting(WaitingContainer waiting) throws Refusal {
        id = waiting.id();
        if (!stopOrder.start()) {
            waiting.discard();
            return new StepExit.Stopped();
        }
        if (!containers.mayStart()) {
            waiting.discard();
            throw takenUpByAnother();
        }
        try (EngineStream stream = connected(waiting.output())) {
            containers.send(waiting);
            output.readLive(stream);
        } catch (IOException e) {
            noteCut(e);
        }
        if (decoder.isOver() && !stopOrder.given()) {
            return ended(0, false);
        }
        if (!decoder.started() && !detached && !stopOrder.given()) {
            cut = true;
            if (mayBeginAnew()) {
                return createAndRun();
            }
        }
        created.countDown();
        return run(nextState());
    }

    // Nothing of it ran, and nobody else has taken it up
    private boolean mayBeginAnew() {
        return !(engine.state(id) instanceof ContainerState.Absent)
                && containers.mayStart()
                && WaitingContainer.removeUnbegun(engine, id, Duration.ZERO);
    }

    /// Takes up a container that is there, in whatever state.
    ///
    /// @param fresh whether no command is known to have been started
    void resume(DockerEngine.Found found, boolean fresh) {
        takenUp = true;
        id = found.id();
        cut = true;
        follow(() -> {
            patientState();
            if (fresh && WaitingContainer.removeUnbegun(engine, found.id(), BEGINNING)) {
                return createAndRun();
            }
            return run(patientState());
        });
    }

    private ExecutorException takenUpByAnother() {
        return new ExecutorException("another process has taken up " + container);
    }

    private interface Life {
        StepExit live() throws Refusal;
    }

    private void follow(Life life) {
        Thread.ofVirtual()
                .name("step " + container)
                .start(() -> {
                    try {
                        outcome.complete(live(life));
                    } catch (ExecutorException e) {
                        outcome.completeExceptionally(e);
                    } catch (RuntimeException e) {
                        LOG.log(System.Logger.Level.ERROR, "cannot follow " + container, e);
                        outcome.completeExceptionally(
                                new ExecutorException("cannot follow " + container, e));
                    } finally {
                        created.countDown();
                        stopOrder.ended();
                    }
                });
    }

    private StepExit live(Life life) {
        try {
            return life.live();
        } catch (Refusal refusal) {
            return stopOrder.given() ? new StepExit.Stopped() : refusal.exit();
        }
    }

    private StepExit run(ContainerState first) throws Refusal {
        ContainerState state = first;
        while (true) {
            switch (state) {
                case ContainerState.Absent() -> {
                    return lost("the container is gone; somebody else removed it");
                }
                case ContainerState.Created() -> {
                    if (!stopOrder.start()) {
                        return new StepExit.Stopped();
                    }
                    if (!containers.mayStart()) {
                        engine.removeStopped(id);
                        throw takenUpByAnother();
                    }
                    runFromBeginning();
                }
                case ContainerState.Running() -> {
                    stopOrder.running();
                    created.countDown();
                    cut = true;
                    if (!readLog()) {
                        return lost(tooMuchPrinted());
                    }
                }
                case ContainerState.Exited(int code, boolean outOfMemory) -> {
                    if (cut && !decoder.exited() && !readLog()) {
                        return lost(tooMuchPrinted());
                    }
                    return ended(decoder.isOver() ? 0 : code, outOfMemory);
                }
            }
            if (decoder.isOver() && !stopOrder.given()) {
                return ended(0, false);
            }
            state = nextState();
        }
    }

    private static String tooMuchPrinted() {
        return "the engine's log of the container lacks its beginning, so it cannot be followed;"
                + " give runnel.docker.log-max-size a larger value";
    }

    private void runFromBeginning() throws Refusal {
        starts++;
        cut = false;
        try (EngineStream stream = connected(engine.attach(id))) {
            engine.start(id);
            created.countDown();
            beginJob();
            output.readLive(stream);
        } catch (IOException e) {
            noteCut(e);
        } catch (ExecutorException e) {
            noteCut(e);
            if (starts == MOST_STARTS) {
                throw e;
            }
        } catch (DockerException e) {
            // This is the container that is gone, or something that it needs
            if (!(engine.state(id) instanceof ContainerState.Absent)) {
                throw containers.refusal(e);
            }
        }
    }

    // An engine that does not answer, and a log that ends too early, are for nextState
    private boolean readLog() {
        beginJob();
        try (EngineStream stream = connected(engine.log(id))) {
            return output.readLog(stream);
        } catch (IOException | DockerException | ExecutorException e) {
            noteCut(e);
            return true;
        }
    }

    private void beginJob() {
        if (containers.isJob()) {
            decoder.begin();
        }
    }

    private EngineStream connected(EngineStream stream) {
        connection.set(stream);
        if (detached) {
            stream.close();
        }
        return stream;
    }

    private void noteCut(Exception e) {
        cut = true;
        LOG.log(System.Logger.Level.DEBUG, "connection of " + container + " was cut", e);
    }

    // A container's output may end a moment before the engine knows that it exited
    private ContainerState nextState() {
        long deadline = System.nanoTime() + SETTLE.toNanos();
        ContainerState state = patientState();
        while (state instanceof ContainerState.Running && System.nanoTime() < deadline) {
            pause(10);
            state = patientState();
        }
        return state;
    }

    private ContainerState patientState() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!detached) {
            try {
                return engine.state(id);
            } catch (ExecutorException e) {
                noteCut(e);
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                pause(200);
            }
        }
        throw new ExecutorException("let go of " + container);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while following a container", e);
        }
    }

    private StepExit lost(String message) {
        decoder.end(OptionalInt.empty());
        return stopOrder.given() ? new StepExit.Stopped() : new StepExit.Lost(message);
    }

    private StepExit ended(int code, boolean outOfMemory) {
        if (stopOrder.given()) {
            return lost("");
        }
        if (code != 0 && !detached) {
            containers.tellOfSidecars();
        }
        return containers.exit(decoder, code, outOfMemory, cut);
    }

    @Override
    public StepExit await() throws InterruptedException {
        try {
            return outcome.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ExecutorException(String.valueOf(cause.getMessage()), cause);
        }
    }

    @Override
    public void stop(Duration grace) {
        if (!outcome.isDone()) {
            stopOrder.give(grace);
        }
    }

    @Override
    public void detach() {
        detached = true;
        decoder.silence();
        outcome.completeExceptionally(new ExecutorException("let go of " + container));
        containers.stop();
        closeConnection();
    }

    @Override
    public void close() {
        stop(Duration.ZERO);
        try {
            // What is created after the removal would stay behind
            if (!created.await(CREATION.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ExecutorException("the creation of " + container + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        containers.remove(id);
    }

    private void closeConnection() {
        EngineStream stream = connection.get();
        if (stream != null) {
            stream.close();
        }
    }

    private final class Means implements StopOrder.Means {
        @Override
        public void cancelStart() {
            containers.stop();
        }

        @Override
        public boolean neverStarted() {
            return !takenUp && outcome.complete(new StepExit.Stopped());
        }

        @Override
        public void terminate() {
            engine.terminate(id, containers.shell());
        }

        @Override
        public void kill() {
            engine.signal(id, "KILL");
            // the engine may still be busy with the start, which then finds nothing to start
            if (engine.state(id) instanceof ContainerState.Created && engine.removeStopped(id)) {
                outcome.complete(new StepExit.Stopped());
            }
        }

        @Override
        public void giveUp(ExecutorException why) {
            outcome.completeExceptionally(why);
            closeConnection();
        }
    }
}
