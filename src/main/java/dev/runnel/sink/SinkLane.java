package dev.runnel.sink;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.sink.SinkPositions.Claim;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Everything that one sink is told by this instance: a feed for each run whose position it has.
final class SinkLane {
    private static final System.Logger LOG = System.getLogger(SinkLane.class.getName());

    private static final int PAGE = 500;
    private static final int MOST_FEEDS = 10_000;
    private static final int MOST_IGNORED = 10_000;
    private static final Duration LIVE_EVERY = Duration.ofMinutes(1);
    // how late a new run may become visible: commits take time, and clocks differ
    private static final Duration LATENESS = Duration.ofMinutes(10);

    private final Feed.Parts parts;
    private final Consumer<RunId> onLeftOver;
    private final Map<RunId, Feed> feeds = new ConcurrentHashMap<>();
    private final Map<RunId, Thread> threads = new ConcurrentHashMap<>();
    private final Ignored ignored = new Ignored();
    private Instant unseenSince = Instant.MIN;
    private Instant liveLookedAt = Instant.MIN;

    /// @param onLeftOver told of a run whose log grew while its feed was ending
    SinkLane(Feed.Parts parts, Consumer<RunId> onLeftOver) {
        this.parts = parts;
        this.onLeftOver = onLeftOver;
    }

    /// Wakes the run's feed. False when there is none here, and one may be needed.
    boolean wake(RunId run) {
        // inside the map's lock, so that a feed that is ending cannot miss it
        Feed feed =
                feeds.computeIfPresent(
                        run,
                        (_, found) -> {
                            found.wake();
                            return found;
                        });
        return feed != null || ignored.contains(run, parts.clock().instant());
    }

    /// Notes that the sink does not want the run, if that is so.
    boolean passOver(Run run) {
        boolean unwanted = !parts.sink().wants(run);
        if (unwanted) {
            ignored.add(run.id(), Instant.MAX);
        }
        return unwanted;
    }

    /// Begins to feed the run if the sink wants it and nobody else does so.
    void sight(Run run) {
        if (passOver(run)) {
            return;
        }
        parts.positions()
                .claim(name(), run.id(), parts.instance(), parts.settings().lease())
                .ifPresentOrElse(
                        this::feed,
                        () ->
                                // should its holder vanish, it becomes due and the poll takes it
                                ignored.add(
                                        run.id(),
                                        parts.clock().instant().plus(parts.settings().lease())));
    }

    /// Keeps the positions that are fed here and takes those that nobody feeds.
    void poll() {
        Set<RunId> fed = new HashSet<>(feeds.keySet());
        if (!fed.isEmpty()) {
            fed.removeAll(
                    parts.positions()
                            .renew(name(), parts.instance(), fed, parts.settings().lease()));
            for (RunId lost : fed) {
                Optional.ofNullable(feeds.get(lost)).ifPresent(Feed::stop);
            }
        }
        List<Claim> due;
        do {
            due =
                    parts.positions()
                            .claimDue(
                                    name(),
                                    parts.instance(),
                                    parts.settings().lease(),
                                    Math.clamp(MOST_FEEDS - feeds.size(), 0, PAGE));
            due.forEach(this::feed);
        } while (due.size() == PAGE);
    }

    /// Has the runs looked at that have no position yet.
    ///
    /// @param look called for each; has it sighted
    void sightUnseen(Consumer<RunId> look) {
        Instant began = parts.clock().instant();
        if (!liveLookedAt.plus(LIVE_EVERY).isAfter(began)) {
            sightAll(() -> parts.positions().unseenLive(name(), PAGE), look);
            liveLookedAt = began;
        }
        Instant oldest = began.minus(parts.settings().giveUpAfter());
        Instant since = unseenSince.isAfter(oldest) ? unseenSince : oldest;
        sightAll(() -> parts.positions().unseenSince(name(), since, PAGE), look);
        unseenSince = began.minus(LATENESS);
    }

    private void sightAll(Supplier<List<RunId>> nextPage, Consumer<RunId> look) {
        List<RunId> unseen;
        do {
            unseen = nextPage.get();
            unseen.forEach(look);
            parts.positions().pass(name(), unseen.stream().filter(ignored::isUnwanted).toList());
        } while (unseen.size() == PAGE && !Thread.currentThread().isInterrupted());
    }

    /// Ends all feeds, with time for what is under way, and gives their positions back.
    void close(Instant deadline) {
        List<RunId> fed = List.copyOf(feeds.keySet());
        List<Thread> running = List.copyOf(threads.values());
        feeds.values().forEach(Feed::stop);
        try {
            for (Thread thread : running) {
                Duration left = Duration.between(parts.clock().instant(), deadline);
                if (!left.isPositive() || !thread.join(left)) {
                    thread.interrupt();
                }
            }
        } catch (InterruptedException e) {
            running.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        if (!fed.isEmpty()) {
            parts.positions().release(name(), parts.instance(), fed);
        }
    }

    private void feed(Claim claim) {
        Feed feed = new Feed(parts, claim);
        if (feeds.putIfAbsent(claim.run(), feed) == null) {
            Thread thread =
                    Thread.ofVirtual().name(name() + "-" + claim.run()).unstarted(() -> tell(feed));
            threads.put(claim.run(), thread);
            thread.start();
        }
    }

    private void tell(Feed feed) {
        try {
            feed.tell();
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "sink {0}, run {1}: interrupted", name(), feed.runId());
        } finally {
            threads.remove(feed.runId());
            feeds.remove(feed.runId());
            if (feed.hasNews()) {
                onLeftOver.accept(feed.runId());
            }
        }
    }

    private String name() {
        return parts.sink().name();
    }

    /// Runs of which nothing needs to be told from here, the latest ones.
    private static final class Ignored {
        private final Map<RunId, Instant> until =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<RunId, Instant> eldest) {
                        return size() > MOST_IGNORED;
                    }
                };

        synchronized void add(RunId run, Instant time) {
            until.put(run, time);
        }

        synchronized boolean contains(RunId run, Instant now) {
            Instant time = until.get(run);
            if (time != null && time.isBefore(now)) {
                until.remove(run);
                return false;
            }
            return time != null;
        }

        synchronized boolean isUnwanted(RunId run) {
            return Instant.MAX.equals(until.get(run));
        }
    }
}
