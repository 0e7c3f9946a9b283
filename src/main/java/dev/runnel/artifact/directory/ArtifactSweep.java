package dev.runnel.artifact.directory;

import dev.runnel.artifact.ArtifactStore.Need;
import dev.runnel.artifact.directory.StoredSet.Entry;
import dev.runnel.run.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// One look at what a folder of artifacts holds, while nothing is stored in it.
final class ArtifactSweep {
    private final Path folder;
    private final Blobs blobs;
    private final long limit;
    private int removed;

    /// @param limit how many bytes the contents may have together
    ArtifactSweep(Path folder, Blobs blobs, long limit) {
        this.folder = folder;
        this.blobs = blobs;
        this.limit = limit;
    }

    private record Found(Path file, FileTime used, Set<String> contents) {}

    /// Looks.
    ///
    /// @return for how many owners everything was removed
    int sweep(Function<RunId, Need> runs) throws IOException {
        List<Found> kept = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        for (Path run : list(folder.resolve("runs"))) {
            Optional<RunId> id = RunId.parse(run.getFileName().toString());
            Need need = id.map(runs).orElse(Need.GONE);
            switch (need) {
                case GONE -> list(run).forEach(this::remove);
                case ENDED -> kept.addAll(read(run));
                case LIVE -> read(run).forEach(found -> needed.addAll(found.contents()));
            }
            removeIfEmpty(run);
        }
        for (Path repository : list(folder.resolve("caches"))) {
            kept.addAll(read(repository));
        }
        Map<String, Long> sizes = blobs.sizes();
        keepNewest(kept, needed, sizes);
        for (String content : sizes.keySet()) {
            if (!needed.contains(content)) {
                blobs.delete(content);
            }
        }
        // what is written is written under the shared lock; this is left of a crash
        list(folder.resolve("parts")).forEach(ArtifactSweep::delete);
        return removed;
    }

    private void keepNewest(List<Found> found, Set<String> needed, Map<String, Long> sizes) {
        long bytes = bytes(needed, sizes);
        for (Found one :
                found.stream().sorted(Comparator.comparing(Found::used).reversed()).toList()) {
            Set<String> more = new HashSet<>(one.contents());
            more.removeAll(needed);
            bytes += bytes(more, sizes);
            if (bytes > limit) {
                // the ones that were used even earlier go too, though smaller ones might fit
                remove(one.file());
            } else {
                needed.addAll(more);
            }
        }
    }

    private static long bytes(Set<String> contents, Map<String, Long> sizes) {
        return contents.stream().mapToLong(content -> sizes.getOrDefault(content, 0L)).sum();
    }

    private static List<Found> read(Path owners) throws IOException {
        List<Found> sets = new ArrayList<>();
        for (Path file : list(owners)) {
            Set<String> contents = new HashSet<>();
            Optional<StoredSet> set = StoredSet.read(file);
            set.ifPresent(known ->
                    known.entries().stream()
                            .filter(Entry::isFile)
                            .forEach(entry -> contents.add(entry.sha256())));
            if (set.isPresent()) {
                sets.add(new Found(file, Files.getLastModifiedTime(file), contents));
            }
        }
        return sets;
    }

    private void remove(Path file) {
        delete(file);
        removed++;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void removeIfEmpty(Path folder) throws IOException {
        if (list(folder).isEmpty()) {
            Files.deleteIfExists(folder);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
