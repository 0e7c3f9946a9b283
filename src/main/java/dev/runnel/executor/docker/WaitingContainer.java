package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.PlaceRules;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.executor.docker.DockerEngine.ContainerState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/// A container that runs and whose shell waits on its input for the program of one attempt.
///
/// Its input is this process' connection alone: when that ends before a whole program came, the
/// shell ends too and has done nothing. So one whose Runnel is gone is gone as well, but for its
/// remains.
final class WaitingContainer {
    private static final System.Logger LOG = System.getLogger(WaitingContainer.class.getName());

    /// Of those that are not meant for a certain attempt.
    static final String NAME = "runnel-waiting-";

    private static final String SLOT = ".warm-";
    private static final int KILLED = 137;
    private static final int UNSEEN = 255;
    private static final Duration REMOVAL = Duration.ofSeconds(20);

    private final DockerEngine engine;
    private final String id;
    private final String image;
    private final String nonce;
    private final Path folder;
    private final EngineStream output;
    private final Input input;
    private Optional<String> witness = Optional.empty();

    /// What a container is created with, so that only an attempt that asks for the same may use it.
    ///
    /// @param image as pipelines name it
    /// @param folder in which its workspace is
    record Place(
            String image,
            StepSpec.Limits limits,
            String network,
            Optional<String> user,
            String shell,
            String workspacePath,
            Path folder) {

        /// What a container for this attempt would be created with.
        ///
        /// @return empty when it asks for something that no waiting container has
        static Optional<Place> of(StepSpec spec, DockerConfig config) {
            boolean plain =
                    config.pull() != DockerConfig.Pull.ALWAYS
                            && spec.sidecars().isEmpty()
                            && spec.mounts().isEmpty()
                            && spec.setting().job().isEmpty()
                            && spec.setting().workdir().isEmpty()
                            && !spec.setting().isolated()
                            && PlaceRules.broken(spec).isEmpty();
            Path folder = spec.workspace().getParent();
            if (!plain || folder == null) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        new Place(
                                spec.image().reference(),
                                spec.allowed(),
                                new ContainerPlan(config).network(spec),
                                spec.setting().user(),
                                spec.shell(),
                                spec.workspacePath(),
                                folder));
            } catch (Refusal e) {
                return Optional.empty();
            }
        }
    }

    private WaitingContainer(
            DockerEngine engine,
            String id,
            String image,
            String nonce,
            Path folder,
            EngineStream output,
            Input input) {
        this.engine = engine;
        this.id = id;
        this.image = image;
        this.nonce = nonce;
        this.folder = folder;
        this.output = output;
        this.input = input;
    }

    /// Makes one that any attempt may use, with an empty folder of its own.
    ///
    /// @param nonce for its program; also tells it from others
    static WaitingContainer make(
            DockerEngine engine, DockerConfig config, Place place, String nonce) {
        Path slot = slot(place.folder(), nonce);
        try {
            Files.createDirectories(slot);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return make(engine, config, place, nonce, slot, NAME + nonce, Map.of());
        } catch (RuntimeException e) {
            deleteEmpty(slot);
            throw e;
        }
    }

    /// Makes one for an attempt whose workspace is there.
    static WaitingContainer make(
            DockerEngine engine, DockerConfig config, Place place, String nonce, StepSpec spec) {
        return make(
                engine,
                config,
                place,
                nonce,
                spec.workspace(),
                ContainerPlan.name(spec.key()),
                ContainerPlan.labelsOf(spec.key()));
    }

    private static WaitingContainer make(
            DockerEngine engine,
            DockerConfig config,
            Place place,
            String nonce,
            Path folder,
            String name,
            Map<String, String> labels) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(ContainerPlan.NONCE, nonce);
        all.put(ContainerPlan.WAITING, "true");
        ContainerPlan plan = new ContainerPlan(config);
        int processors = engine.processors();
        String id =
                engine.create(
                        place.image(),
                        command ->
                                plan.fill(command.withName(name), place, all, folder, processors));
        Input input = new Input();
        try {
            String image =
                    engine.find(id)
                            .orElseThrow(() -> new ExecutorException(name + " is gone"))
                            .image();
            EngineStream output = engine.attach(id, input);
            try {
                engine.start(id);
            } catch (RuntimeException e) {
                input.end();
                output.close();
                throw e;
            }
            return new WaitingContainer(engine, id, image, nonce, folder, output, input);
        } catch (RuntimeException e) {
            engine.remove(id);
            throw e;
        }
    }

    String id() {
        return id;
    }

    String nonce() {
        return nonce;
    }

    EngineStream output() {
        return output;
    }

    /// Whether it was made from what the name of an image stands for now.
    boolean isOf(String imageNow) {
        return engine.imageId(imageNow).filter(image::equals).isPresent();
    }

    boolean isRunning() {
        try {
            return engine.state(id) instanceof ContainerState.Running;
        } catch (ExecutorException e) {
            return false;
        }
    }

    /// Puts files into the folder that the container sees and that folder in place as a workspace.
    ///
    /// @return false when nothing was touched
    boolean furnish(Path files, Path workspace, Path own) {
        try {
            // whoever looks for folders that nobody needs does not find it from here on
            Files.move(folder, own, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            return false;
        }
        try {
            List<Path> entries;
            try (Stream<Path> all = Files.list(files)) {
                entries = all.toList();
            }
            Files.setPosixFilePermissions(own, Files.getPosixFilePermissions(files));
            for (Path entry : entries) {
                Files.move(entry, own.resolve(entry.getFileName()), StandardCopyOption.ATOMIC_MOVE);
            }
            witness = entries.stream().findFirst().map(entry -> entry.getFileName().toString());
            Files.move(own, workspace, StandardCopyOption.ATOMIC_MOVE);
            Files.delete(files);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot put " + files + " in place", e);
        }
    }

    /// Gives the container the name under which the attempt is found.
    void rename(StepKey key) {
        String name = ContainerPlan.name(key);
        engine.ask(
                "to rename a container",
                () -> engine.client().renameContainerCmd(id).withName(name).exec());
    }

    /// Sends the program. Nothing can be sent after it.
    void send(ShellProgram program, Map<String, String> environment) {
        input.give(program.input(environment, witness).getBytes(StandardCharsets.UTF_8));
    }

    /// Removes it; does not throw.
    void discard() {
        input.end();
        output.close();
        try {
            engine.remove(id);
        } catch (ExecutorException e) {
            // it ends by itself, and what remains is found later
            LOG.log(System.Logger.Level.DEBUG, "a waiting container stays for now", e);
        }
        if (isSlot(folder)) {
            deleteEmpty(folder);
        }
    }

    private static Path slot(Path folder, String nonce) {
        return folder.resolve(SLOT + nonce);
    }

    /// Whether a folder is one that a waiting container has for itself.
    static boolean isSlot(Path folder) {
        return folder.getFileName().toString().startsWith(SLOT);
    }

    /// Of the container whose folder it is.
    static String nameOf(Path slot) {
        return NAME + slot.getFileName().toString().substring(SLOT.length());
    }

    /// Removes a folder if nothing is in it.
    static void deleteEmpty(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a folder stays for now", e);
        }
    }

    /// Removes a container in which no program was started yet, so that none is ever.
    ///
    /// @param patience how long to wait for a program that may be about to begin
    /// @return false when a program was started, or nobody knows
    static boolean removeUnbegun(DockerEngine engine, String container, Duration patience) {
        Optional<DockerEngine.Found> found = engine.find(container);
        if (found.isEmpty()) {
            return true;
        }
        String id = found.get().id();
        boolean waits = found.get().labels().containsKey(ContainerPlan.WAITING);
        boolean killed = false;
        long killAt = System.nanoTime() + patience.toNanos();
        long giveUpAt = killAt + REMOVAL.toNanos();
        while (System.nanoTime() < giveUpAt) {
            switch (engine.state(id)) {
                case ContainerState.Absent() -> {
                    return true;
                }
                case ContainerState.Created() -> {
                    if (engine.removeStopped(id)) {
                        return true;
                    }
                }
                case ContainerState.Running() -> {
                    if (!waits || engine.hasPrinted(id)) {
                        return false;
                    }
                    if (System.nanoTime() >= killAt) {
                        engine.signal(id, "KILL");
                        killed = true;
                    }
                }
                case ContainerState.Exited(int code, boolean _) -> {
                    boolean unseen = !killed && (code == KILLED || code == UNSEEN);
                    if (!waits || unseen || engine.hasPrinted(id)) {
                        return false;
                    }
                    if (engine.removeStopped(id)) {
                        return true;
                    }
                }
            }
            pause();
        }
        return false;
    }

    /// Removes one that ended by itself without being used.
    static void removeRemains(DockerEngine engine, String container) {
        try {
            if (engine.state(container) instanceof ContainerState.Exited) {
                engine.removeStopped(container);
            }
        } catch (DockerException e) {
            throw new ExecutorException("the remains of a container cannot be removed", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while removing a container", e);
        }
    }

    /// What the container reads: nothing for as long as it waits, then the program.
    private static final class Input extends InputStream {
        private static final byte[] END = {};

        private final BlockingQueue<byte[]> given = new LinkedBlockingQueue<>();
        private byte[] bytes = END;
        private int at;

        void give(byte[] program) {
            given.add(program);
            given.add(END);
        }

        void end() {
            given.add(END);
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int most) {
            if (at == bytes.length) {
                try {
                    bytes = given.take();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return -1;
                }
                at = 0;
                if (bytes.length == 0) {
                    return -1;
                }
            }
            int count = Math.min(most, bytes.length - at);
            System.arraycopy(bytes, at, into, offset, count);
            at += count;
            return count;
        }
    }
}
