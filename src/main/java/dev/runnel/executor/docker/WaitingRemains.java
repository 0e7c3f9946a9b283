package dev.runnel.executor.docker;

import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What processes that are gone left of containers that waited: these have ended by themselves, or
/// were never started.
final class WaitingRemains {
    private static final System.Logger LOG = System.getLogger(WaitingRemains.class.getName());
    // Longer than anybody needs from a folder to its container
    private static final Duration ABANDONED = Duration.ofMinutes(2);
    // Whoever lives starts at once what it has created; if it does so later yet, it makes another
    private static final Duration UNSTARTED = Duration.ofMinutes(1);

    private final Supplier<DockerEngine> engine;
    private final String installation;
    private final InstantSource clock;

    WaitingRemains(Supplier<DockerEngine> engine, String installation, InstantSource clock) {
        this.engine = engine;
        this.installation = installation;
        this.clock = clock;
    }

    /// Removes it.
    ///
    /// @param folders in which workspaces are
    void remove(Set<Path> folders) {
        Set<String> names = new HashSet<>();
        Set<String> gone = new HashSet<>();
        Map<String, String> labels =
                Map.of(ContainerPlan.INSTALLATION, installation, ContainerPlan.WAITING, "true");
        for (Container container : engine.get().list(labels)) {
            String name = container.getNames()[0].replaceFirst("^/", "");
            boolean isGone = name.startsWith(WaitingContainer.NAME) && remove(container);
            (isGone ? gone : names).add(name);
        }
        folders.forEach(folder -> removeSlots(folder, names, gone));
    }

    /// Whether it is gone now.
    private boolean remove(Container container) {
        Instant created = Instant.ofEpochSecond(container.getCreated());
        boolean old = created.isBefore(clock.instant().minus(UNSTARTED));
        return switch (String.valueOf(container.getState())) {
            case "exited", "dead" -> {
                WaitingContainer.removeRemains(engine.get(), container.getId());
                yield true;
            }
            case "created" -> old && engine.get().removeStopped(container.getId());
            // somebody has it
            default -> false;
        };
    }

    private void removeSlots(Path folder, Set<String> names, Set<String> gone) {
        FileTime abandoned = FileTime.from(clock.instant().minus(ABANDONED));
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path slot : entries.filter(WaitingContainer::isSlot).toList()) {
                String name = WaitingContainer.nameOf(slot);
                if (names.contains(name)) {
                    // instances whose engines differ may share the folder
                    Files.setLastModifiedTime(slot, FileTime.from(clock.instant()));
                } else if (gone.contains(name)
                        || Files.getLastModifiedTime(slot).compareTo(abandoned) < 0) {
                    WaitingContainer.deleteEmpty(slot);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "folders are looked after later", e);
        }
    }
}
