package dev.runnel.workspace;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.workspace.Snapshots.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Removes snapshots that nobody needs: of runs that were successful, that ended long ago, that are
/// no longer known, and the oldest ones when all together are too large.
public final class SnapshotSweep {
    private final Snapshots snapshots;
    private final long total;
    private final Duration keep;
    // a snapshot never changes
    private final Map<Path, Long> sizes = new ConcurrentHashMap<>();

    private record Kept(Snapshot snapshot, Instant endedAt) {}

    public SnapshotSweep(SnapshotSettings settings) {
        this.snapshots = new Snapshots(settings);
        this.total = settings.total();
        this.keep = settings.keep();
    }

    /// Looks once.
    ///
    /// @param runs finds a run
    /// @return how many were removed
    public int sweep(Function<RunId, Optional<Run>> runs, Instant now) {
        List<Snapshot> found = snapshots.list();
        sizes.keySet().retainAll(found.stream().map(Snapshot::folder).toList());
        List<Kept> kept = new ArrayList<>();
        int removed = 0;
        for (Snapshot snapshot : found) {
            Optional<Run> run = runs.apply(snapshot.run());
            if (isOver(snapshot, run, now)) {
                snapshots.delete(snapshot);
                removed++;
            } else {
                run.flatMap(Run::finishedAt).ifPresent(at -> kept.add(new Kept(snapshot, at)));
            }
        }
        return removed + sweepTotal(kept);
    }

    private boolean isOver(Snapshot snapshot, Optional<Run> run, Instant now) {
        if (run.isEmpty()) {
            // ids sort by time
            return snapshot.run().compareTo(RunId.earliestAt(now.minus(keep))) < 0;
        }
        return run.get().ended()
                && (run.get().state() == RunState.SUCCESSFUL
                        || snapshot.step() == 0
                        || run.get().finishedAt().orElse(now).plus(keep).isBefore(now));
    }

    private int sweepTotal(List<Kept> kept) {
        int removed = 0;
        long bytes = 0;
        for (Kept one :
                kept.stream().sorted(Comparator.comparing(Kept::endedAt).reversed()).toList()) {
            bytes += sizes.computeIfAbsent(one.snapshot().folder(), SnapshotSweep::size);
            if (bytes > total) {
                snapshots.delete(one.snapshot());
                removed++;
            }
        }
        return removed;
    }

    private static long size(Path folder) {
        long[] bytes = {0};
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(
                                Path file, BasicFileAttributes attributes) {
                            bytes[0] += attributes.size();
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes[0];
    }
}
