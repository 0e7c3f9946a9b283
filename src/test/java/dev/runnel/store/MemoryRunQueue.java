package dev.runnel.store;

import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.Reason;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.store.Pauses.Pause;
import dev.runnel.store.Pauses.Scope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The queue of a run store in memory, guarded by the store's lock.
final class MemoryRunQueue implements RunQueue {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Comparator<Entry> ORDER =
            Comparator.comparingInt(Entry::section)
                    .thenComparingInt(Entry::urgency)
                    .thenComparingLong(Entry::rankInOrder)
                    .thenComparingLong(entry -> entry.ticket);

    final TreeMap<RunId, Entry> entries = new TreeMap<>();
    private final MemoryEventLog log;
    private final InstantSource clock;
    private final Object lock;
    private final Runnable changed;
    private final Map<Scope, Pause> paused = new LinkedHashMap<>();
    final MemoryInstances instances;
    private long tickets;

    static final class Entry {
        final RunId run;
        private final String repository;
        private final int priority;
        private final long ticket;
        private final Instant ready;
        private final Optional<Instant> notBefore;
        private final Optional<String> group;
        private final int limit;
        private long rank;
        Optional<Held> held = Optional.empty();
        @Nullable String instance;
        Instant leasedUntil = Instant.MIN;
        long fence;
        Optional<Reason> cancel = Optional.empty();
        final Set<Integer> cancelledSteps = new HashSet<>();
        final Set<Integer> approvedSteps = new HashSet<>();
        Set<String> labels;

        Entry(Run run, long ticket) {
            this.run = run.id();
            this.repository = repository(run);
            this.priority = run.request().queueing().priority();
            this.ticket = ticket;
            this.notBefore = run.request().queueing().notBefore();
            this.ready = notBefore.filter(run.createdAt()::isBefore).orElse(run.createdAt());
            this.group = run.request().concurrencyGroup();
            this.limit = run.request().queueing().concurrency().map(Concurrency::limit).orElse(0);
            this.labels = run.request().queueing().labels();
        }

        boolean admits(Set<String> own) {
            return cancel.isPresent() || own.containsAll(labels);
        }

        private static String repository(Run run) {
            return RepositoryName.of(run.request().url()).toString().toLowerCase(Locale.ROOT);
        }

        boolean isDriven(Instant now) {
            return instance != null && leasedUntil.isAfter(now);
        }

        int section() {
            return fence > 0 || cancel.isPresent() ? 0 : held.isEmpty() ? 1 : 2;
        }

        int urgency() {
            return section() == 0 ? 0 : -priority;
        }

        long rankInOrder() {
            return section() == 1 ? rank : 0;
        }

        boolean isHeld(Held why) {
            return section() == 2 && held.equals(Optional.of(why));
        }
    }

    MemoryRunQueue(MemoryEventLog log, InstantSource clock, Object lock, Runnable changed) {
        this.log = log;
        this.clock = clock;
        this.lock = lock;
        this.changed = changed;
        this.instances = new MemoryInstances(clock);
    }

    Stream<Entry> open() {
        return entries.values().stream().filter(entry -> !log.run(entry.run).ended());
    }

    /// Live runs of a group, the oldest first.
    Stream<Entry> live(Optional<String> group) {
        return open().filter(entry -> group.isPresent() && entry.group.equals(group))
                .sorted(Comparator.comparingLong(entry -> entry.ticket));
    }

    private Stream<Entry> waiting() {
        return open().filter(entry -> entry.instance == null).sorted(ORDER);
    }

    private Stream<Entry> claimable() {
        return waiting().filter(entry -> entry.section() == 1);
    }

    Optional<Entry> next(Set<String> labels) {
        return waiting()
                .filter(entry -> entry.admits(labels))
                .filter(entry ->
                        entry.section() == 0
                                || (entry.section() == 1 && !isPaused(new Scope.Queue())))
                .findFirst();
    }

    void add(Run run) {
        Entry entry = new Entry(run, ++tickets);
        entries.put(entry.run, entry);
        if (entry.notBefore.filter(clock.instant()::isBefore).isPresent()) {
            entry.held = Optional.of(Held.NOT_BEFORE);
        } else {
            enter(entry);
        }
    }

    private void enter(Entry entry) {
        if (entry.group.isPresent()) {
            entry.held = Optional.of(Held.GROUP);
            settle(entry.group.get());
        } else {
            admit(entry);
        }
    }

    private void admit(Entry entry) {
        // it must not be its own predecessor
        entry.held = Optional.of(Held.REPOSITORY_PAUSED);
        if (!isPaused(new Scope.Repository(entry.repository))) {
            Predicate<Entry> peer = other -> other.priority == entry.priority;
            long head = claimable().filter(peer).mapToLong(other -> other.rank).min().orElse(0);
            long own =
                    claimable()
                            .filter(peer)
                            .filter(other -> other.repository.equals(entry.repository))
                            .mapToLong(other -> other.rank + 1)
                            .max()
                            .orElse(0);
            entry.rank = Math.max(head, own);
            entry.held = Optional.empty();
        }
    }

    private int settle(String group) {
        int promoted = 0;
        while (true) {
            Optional<Entry> best =
                    waiting()
                            .filter(entry -> entry.isHeld(Held.GROUP))
                            .filter(entry -> entry.group.equals(Optional.of(group)))
                            .findFirst();
            List<Entry> admitted =
                    live(Optional.of(group))
                            .filter(entry ->
                                    entry.held.isEmpty()
                                            || entry.held.get() == Held.REPOSITORY_PAUSED)
                            .toList();
            if (best.isEmpty() || admitted.size() > best.get().limit) {
                return promoted;
            }
            if (admitted.size() == best.get().limit) {
                Optional<Entry> worst =
                        admitted.stream()
                                .filter(entry -> entry.instance == null && entry.section() > 0)
                                .filter(entry -> entry.priority < best.get().priority)
                                .max(
                                        Comparator.comparingInt(Entry::urgency)
                                                .thenComparingLong(entry -> entry.ticket));
                if (worst.isEmpty()) {
                    return promoted;
                }
                worst.get().held = Optional.of(Held.GROUP);
            }
            admit(best.get());
            promoted++;
        }
    }

    @Override
    public Promotion promoteDue() {
        int promoted = 0;
        Duration askAgain = LONGEST_WAIT;
        synchronized (lock) {
            Instant now = clock.instant();
            for (Entry entry : waiting().filter(one -> one.isHeld(Held.NOT_BEFORE)).toList()) {
                if (entry.ready.isAfter(now)) {
                    askAgain = shorter(askAgain, Duration.between(now, entry.ready));
                } else {
                    enter(entry);
                    promoted++;
                }
            }
            for (Entry entry : open().filter(one -> one.instance != null).toList()) {
                askAgain = shorter(askAgain, Duration.between(now, entry.leasedUntil));
            }
        }
        if (promoted > 0) {
            changed.run();
        }
        return new Promotion(promoted, shorter(askAgain, LONGEST_WAIT));
    }

    private static Duration shorter(Duration one, Duration other) {
        Duration least = one.compareTo(other) < 0 ? one : other;
        return least.compareTo(Duration.ofMillis(10)) < 0 ? Duration.ofMillis(10) : least;
    }

    @Override
    public void ended(RunId run) {
        boolean promoted;
        synchronized (lock) {
            promoted =
                    Optional.ofNullable(entries.get(run))
                            .flatMap(entry -> entry.group)
                            .filter(group -> settle(group) > 0)
                            .isPresent();
        }
        if (promoted) {
            changed.run();
        }
    }

    @Override
    public void repair() {
        int promoted = 0;
        synchronized (lock) {
            for (String group : open().flatMap(entry -> entry.group.stream()).distinct().toList()) {
                promoted += settle(group);
            }
        }
        if (promoted > 0) {
            changed.run();
        }
    }

    @Override
    public Depth depth() {
        synchronized (lock) {
            Map<Held, Long> held = new EnumMap<>(Held.class);
            waiting()
                    .filter(entry -> entry.section() == 2)
                    .forEach(entry -> held.merge(entry.held.orElseThrow(), 1L, Long::sum));
            long stuck = waiting().filter(this::isStuck).count();
            if (stuck > 0) {
                held.put(Held.LABELS, stuck);
            }
            Instant now = clock.instant();
            return new Depth(
                    waiting().count(),
                    held,
                    waiting()
                            .map(entry -> entry.ready)
                            .filter(ready -> !ready.isAfter(now))
                            .min(Comparator.naturalOrder()),
                    open().filter(entry -> entry.isDriven(now)).count());
        }
    }

    @Override
    public List<Waiting> waiting(Optional<Spot> after, int limit) {
        synchronized (lock) {
            List<Waiting> all = new ArrayList<>();
            waiting().forEach(entry -> all.add(waiting(entry, all.size() + 1)));
            return all.stream()
                    .filter(one -> after.isEmpty() || isBehind(one.spot(), after.get()))
                    .limit(limit)
                    .toList();
        }
    }

    private static boolean isBehind(Spot spot, Spot other) {
        return Comparator.comparingInt(Spot::section)
                        .thenComparingInt(Spot::urgency)
                        .thenComparingLong(Spot::rank)
                        .thenComparingLong(Spot::ticket)
                        .compare(spot, other)
                > 0;
    }

    private boolean isStuck(Entry entry) {
        return entry.section() < 2
                && entry.cancel.isEmpty()
                && !entry.labels.isEmpty()
                && instances.all().stream()
                        .filter(Instances.Seen::alive)
                        .map(Instances.Seen::instance)
                        .noneMatch(
                                one -> one.accepting() && one.labels().containsAll(entry.labels));
    }

    private Waiting waiting(Entry entry, long position) {
        Optional<Held> held =
                isStuck(entry)
                        ? Optional.of(Held.LABELS)
                        : entry.section() == 2 ? entry.held : Optional.empty();
        Spot spot =
                new Spot(
                        entry.section(),
                        entry.urgency(),
                        entry.rankInOrder(),
                        entry.ticket,
                        position);
        return new Waiting(log.run(entry.run), position, held, entry.labels, spot);
    }

    @Override
    public Optional<Waiting> waiting(RunId run) {
        return waiting(Optional.empty(), Integer.MAX_VALUE).stream()
                .filter(waiting -> waiting.run().id().equals(run))
                .findFirst();
    }

    boolean isPaused(Scope scope) {
        return paused.containsKey(scope);
    }

    Pauses pauses() {
        return new MemoryPauses();
    }

    private final class MemoryPauses implements Pauses {
        @Override
        public Pause pause(Scope scope, String by, Optional<String> reason) {
            synchronized (lock) {
                Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
                paused.putIfAbsent(scope, new Pause(scope, now, by, reason));
                if (scope instanceof Scope.Repository(String name)) {
                    claimable()
                            .filter(entry -> entry.repository.equals(name))
                            .toList()
                            .forEach(entry -> entry.held = Optional.of(Held.REPOSITORY_PAUSED));
                }
                return paused.get(scope);
            }
        }

        @Override
        public boolean resume(Scope scope) {
            boolean was;
            synchronized (lock) {
                was = paused.remove(scope) != null;
                if (scope instanceof Scope.Repository(String name)) {
                    waiting()
                            .filter(entry -> entry.isHeld(Held.REPOSITORY_PAUSED))
                            .filter(entry -> entry.repository.equals(name))
                            .toList()
                            .forEach(MemoryRunQueue.this::admit);
                }
            }
            changed.run();
            return was;
        }

        @Override
        public List<Pause> all() {
            synchronized (lock) {
                return List.copyOf(paused.values());
            }
        }
    }
}
