package dev.runnel.executor.docker;

import com.github.dockerjava.api.model.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What processes that are gone left of containers that waited: these have ended by themselves.
final class WaitingRemains {
    private static final System.Logger LOG = System.getLogger(WaitingRemains.class.getName());
    // Longer than anybody needs from a folder or a container to its use
    private static final Duration ABANDONED = Duration.ofMinutes(10);

    private final Supplier<DockerEngine> engine;
    private final String installation;

    WaitingRemains(Supplier<DockerEngine> engine, String installation) {
        this.engine = engine;
        this.installation = installation;
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
        boolean old = created.isBefore(Instant.now().minus(ABANDONED));
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

    private static void removeSlots(Path folder, Set<String> names, Set<String> gone) {
        FileTime abandoned = FileTime.from(Instant.now().minus(ABANDONED));
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path slot : entries.filter(WaitingContainer::isSlot).toList()) {
                String name = WaitingContainer.nameOf(slot);
                if (names.contains(name)) {
                    // instances whose engines differ may share the folder
                    Files.setLastModifiedTime(slot, FileTime.from(Instant.now()));
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
