package dev.runnel.waiting;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/// What is being started just now and waited for, so that work which nobody waits for keeps out of
/// its way for a moment. Safe for threads.
///
/// @param <K> tells starts apart
public final class StartsUnderWay<K> {
    // Until whoever makes way for a start that follows on something can see that start
    private static final Duration ON_ITS_HEELS = Duration.ofMillis(15);

    private final Map<K, CompletableFuture<Void>> starts = new ConcurrentHashMap<>();
    private final Duration longest;

    /// @param longest how long work keeps out of the way at the most
    public StartsUnderWay(Duration longest) {
        this.longest = longest;
    }

    /// A start begins.
    public void begin(K start) {
        starts.computeIfAbsent(start, _ -> new CompletableFuture<>());
    }

    /// It has led to something, or it leads to nothing.
    public void over(K start) {
        CompletableFuture<Void> known = starts.remove(start);
        if (known != null) {
            known.complete(null);
        }
    }

    /// They are all over.
    public void over(Predicate<K> which) {
        starts.keySet().stream().filter(which).toList().forEach(this::over);
    }

    /// Waits until none of them is under way, or the time is over.
    ///
    /// @throws InterruptedException when it was told not to wait
    public void makeWay(Predicate<K> which) throws InterruptedException {
        Thread.sleep(ON_ITS_HEELS);
        CompletableFuture<?>[] inTheWay =
                starts.entrySet().stream()
                        .filter(start -> which.test(start.getKey()))
                        .map(Map.Entry::getValue)
                        .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(inTheWay).get(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // it takes long enough as it is
        } catch (ExecutionException e) {
            throw new IllegalStateException("a start only ever ends", e);
        }
    }
}
