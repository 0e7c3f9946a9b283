package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.OutputDecoder;
import dev.runnel.executor.PlaceRules;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepExit;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.WorkspaceAccess;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.run.Reason;
import dev.runnel.waiting.StartsUnderWay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The container of one attempt and those beside it: makes them in their order, and removes them.
final class StepContainers {
    // Exit codes of a main process that was killed from outside, or whose end the engine missed
    private static final int KILLED = 137;
    private static final int UNSEEN = 255;
    private static final Set<String> ROOT = Set.of("0", "root");

    private final DockerEngine engine;
    private final ContainerPlan plan;
    private final StepSpec spec;
    private final String nonce;
    private final StepListener listener;
    private final ContainerCreation creation;
    private final Sidecars sidecars;
    private final StartsUnderWay<StepKey> starts;

    /// @param nonce for the program of the attempt
    /// @param starts of other attempts, which go before removals
    StepContainers(
            DockerEngine engine,
            DockerConfig config,
            StepSpec spec,
            String nonce,
            StepListener listener,
            StartsUnderWay<StepKey> starts) {
        this.starts = starts;
        this.engine = engine;
        this.plan = new ContainerPlan(config);
        this.spec = spec;
        this.nonce = nonce;
        this.listener = listener;
        this.creation =
                new ContainerCreation(
                        engine,
                        config,
                        spec.image(),
                        spec.environment(),
                        ContainerPlan.name(spec.key()),
                        isJob() ? Optional.empty() : Optional.of(spec.shell()),
                        listener);
        this.sidecars = new Sidecars(engine, config, plan, spec, listener);
    }

    String container() {
        return creation.container();
    }

    /// Whether the program of the image runs, which prints no markers, instead of a shell.
    boolean isJob() {
        return spec.setting().job().isPresent();
    }

    String shell() {
        return spec.shell();
    }

    /// Makes the containers and gives the id of the step's own, or its name when the wish to stop
    /// came first. Those beside it are running and ready.
    String create() throws Refusal {
        Optional<String> broken = PlaceRules.broken(spec).or(this::missingFolder);
        if (broken.isPresent()) {
            throw new Refusal(Reason.NOT_POSSIBLE, broken.get());
        }
        ShellProgram program = program();
        String network = plan.network(spec);
        letUserWrite();
        int processors = engine.processors();
        String joined = sidecars.start(network, processors);
        return sidecars.stopped()
                ? container()
                : creation.create(command -> plan.fill(command, spec, program, joined, processors));
    }

    // The engine would make it, as root, in the middle of the author's files
    private Optional<String> missingFolder() {
        return spec.setting()
                .workdir()
                .filter(_ ->
                        !Files.exists(PlaceRules.directoryHere(spec), LinkOption.NOFOLLOW_LINKS))
                .map(folder -> "the workspace has no folder `" + folder + "`");
    }

    private ShellProgram program() throws Refusal {
        try {
            return ShellProgram.of(spec, nonce);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Reason.CONTAINER_REFUSED, String.valueOf(e.getMessage()));
        }
    }

    /// Sends the program to a container that waits for it, when all else is ready.
    void send(WaitingContainer waiting) throws Refusal {
        ShellProgram program = program();
        letUserWrite();
        waiting.send(program, spec.environment());
    }

    private void letUserWrite() throws Refusal {
        Optional<String> user =
                spec.setting().user().filter(name -> !ROOT.contains(name.split(":", 2)[0]));
        if (user.isEmpty()) {
            return;
        }
        try {
            int left = WorkspaceAccess.open(spec.workspace());
            if (left > 0) {
                listener.preparing(
                        "%d files and folders of the workspace belong to others; user %s may be unable to change them"
                                .formatted(left, user.get()));
            }
        } catch (IOException e) {
            throw new Refusal(
                    Reason.NOT_POSSIBLE,
                    "the workspace cannot be made writable for user " + user.get() + ": " + e);
        }
    }

    /// Whether the commands may be started, or the attempt is another process' now.
    boolean mayStart() {
        return listener.mayStart();
    }

    /// Gives up what is under way before the start.
    void stop() {
        creation.stop();
        sidecars.stop();
    }

    Refusal refusal(DockerException answer) {
        return creation.refusal(answer);
    }

    /// What the end of the step's own container means, when nobody asked for it.
    ///
    /// @param decoder heard everything
    /// @param cut whether the end of the output may be missing
    StepExit exit(OutputDecoder decoder, int code, boolean outOfMemory, boolean cut) {
        if (outOfMemory && code != 0) {
            decoder.end(OptionalInt.of(code));
            return new StepExit.OutOfMemory();
        }
        boolean killed = code == KILLED || code == UNSEEN;
        // nobody but the engine knows how the program of an image ends
        if (!decoder.exited() && (killed || (cut && !isJob()))) {
            decoder.end(OptionalInt.empty());
            return new StepExit.Lost(
                    killed
                            ? "the container was killed from outside, by somebody or by the engine"
                            : "the engine was away when the container ended, and lost the end of"
                                    + " its output");
        }
        if (!decoder.started()) {
            String text = decoder.earlyText();
            decoder.end(OptionalInt.empty());
            return new StepExit.Refused(
                    Reason.CONTAINER_REFUSED,
                    "the shell of the container did not start"
                            + (text.isEmpty() ? ", exit code " + code : ": " + text));
        }
        decoder.end(OptionalInt.of(code));
        return new StepExit.Exited(code);
    }

    /// Says what those beside the step printed last, which may explain why it failed.
    void tellOfSidecars() {
        sidecars.tellLastLines();
    }

    /// Removes the step's own container and those beside it, once the step that follows it has
    /// started.
    void remove(String id) {
        starts.over(spec.key());
        try {
            starts.makeWay(start -> start.run().equals(spec.key().run()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        engine.remove(id);
        sidecars.remove();
    }
}
