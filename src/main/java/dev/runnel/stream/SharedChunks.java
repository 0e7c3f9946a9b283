package dev.runnel.stream;

import dev.runnel.run.RunId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rendered chunks for followers at the same place of the same log: one of them reads and renders,
/// the others get the same bytes. What was stored never changes, so nothing here grows stale; the
/// least recently used chunks go.
final class SharedChunks {
    // what an entry takes beside its bytes, roughly
    private static final long OVERHEAD = 256;

    private final long mostBytes;
    // least recently used first
    private final Map<Place, Shared> chunks = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    SharedChunks(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// A place in a log, seen one way.
    ///
    /// @param after sequence number of the event before it
    record Place(RunId run, Rendering rendering, long after) {}

    /// Some events, rendered.
    ///
    /// @param last sequence number of the last of them; that of the place when there are none
    /// @param end whether the run ended with the last of them
    /// @param any whether there are any, or may be
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Rendered(byte[] bytes, long last, boolean end, boolean any) {}

    /// The chunk at a place.
    ///
    /// @param read reads and renders it; called at most once by each caller
    Rendered get(Place place, Supplier<Rendered> read) throws InterruptedException {
        Shared mine = new Shared();
        @Nullable Shared theirs;
        synchronized (this) {
            theirs = chunks.putIfAbsent(place, mine);
        }
        if (theirs == null) {
            return readForAll(place, mine, read);
        }
        try {
            Rendered shared = theirs.rendered.get();
            if (shared.any()) {
                return shared;
            }
            // they may have looked before the event was stored that this caller was told of
        } catch (ExecutionException | CancellationException e) {
            // their failure may be theirs alone: their client may have gone
        }
        return read.get();
    }

    private Rendered readForAll(Place place, Shared mine, Supplier<Rendered> read) {
        try {
            Rendered rendered = read.get();
            keep(place, mine, rendered);
            mine.rendered.complete(rendered);
            return rendered;
        } finally {
            if (mine.rendered.cancel(false)) {
                forget(place, mine);
            }
        }
    }

    private synchronized void keep(Place place, Shared mine, Rendered rendered) {
        long size = rendered.bytes().length + OVERHEAD;
        if (!rendered.any() || size > mostBytes) {
            chunks.remove(place, mine);
            return;
        }
        mine.size = size;
        bytes += size;
        Iterator<Shared> leastUsed = chunks.values().iterator();
        while (bytes > mostBytes && leastUsed.hasNext()) {
            Shared chunk = leastUsed.next();
            // one under way has no size yet
            if (chunk.size > 0) {
                bytes -= chunk.size;
                leastUsed.remove();
            }
        }
    }

    private synchronized void forget(Place place, Shared mine) {
        chunks.remove(place, mine);
    }

    /// Bytes that are kept.
    synchronized long size() {
        return bytes;
    }

    private static final class Shared {
        private final CompletableFuture<Rendered> rendered = new CompletableFuture<>();
        // guarded by the map's owner
        private long size;
    }
}
