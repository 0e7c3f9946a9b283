package dev.runnel.source.git;

import dev.runnel.source.Source.CloneProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ProgressMonitor;

/// One checkout or push under way: the thread it works on, and what stops it.
///
/// The work runs on a virtual thread of its own, because there an interrupt ends whatever JGit
/// waits for, a socket too. The caller's thread watches the time and the disk, and tells the
/// progress.
final class Attempt {
    /// How far it got. It leaves `RUNNING` once.
    enum State {
        RUNNING,
        SUCCEEDED,
        INTERRUPTED,
        OUT_OF_TIME,
        TOO_LARGE
    }

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration INTERRUPT_PATIENCE = Duration.ofMillis(700);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(300);
    private static final int LONGEST_PHASE = 100;

    private final Duration timeout;
    private final long maxBytes;
    private final CloneProgress progress;
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
    private final List<Path> watched = new CopyOnWriteArrayList<>();
    private final AtomicLong expectedBytes = new AtomicLong();
    private final Queue<Report> notes = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Optional<Report>> latest =
            new AtomicReference<>(Optional.empty());
    private long lastReport;

    Attempt(Duration timeout, long maxBytes, CloneProgress progress) {
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.progress = progress;
    }

    /// Works until the end, or until the attempt is stopped, by an interrupt of the calling thread
    /// among others; the work has to look at [#check] now and then.
    ///
    /// @return empty when it was stopped and did not end although it was told to
    /// @throws ExecutionException with what the work threw
    <T> Optional<T> run(Callable<T> work) throws InterruptedException, ExecutionException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread worker = Thread.ofVirtual().name("git").start(task);
        long start = System.nanoTime();
        lastReport = start;
        boolean ended = false;
        try {
            while (!worker.join(LOOK)) {
                tell();
                watch(start);
                if (stopped() && !end(worker, PATIENCE)) {
                    return Optional.empty();
                }
            }
            tell();
            ended = true;
            return Optional.of(task.get());
        } finally {
            if (!ended) {
                stop(State.INTERRUPTED);
                end(worker, INTERRUPT_PATIENCE);
            }
        }
    }

    State state() {
        return state.get();
    }

    /// Ends well, unless it was stopped before.
    boolean succeed() {
        return state.compareAndSet(State.RUNNING, State.SUCCEEDED);
    }

    /// Goes on, or not.
    void check() {
        if (stopped()) {
            throw new CancellationException();
        }
    }

    /// Counts what is in a folder, from now on and as it grows.
    void watch(Path folder) {
        watched.add(folder);
    }

    /// Counts by how much a folder grows, until it is closed.
    Watch watchGrowth(Path folder) {
        long before = bytesIn(folder);
        expectedBytes.addAndGet(-before);
        watched.add(folder);
        return () -> {
            watched.remove(folder);
            expectedBytes.addAndGet(before);
        };
    }

    /// Ends when it is closed.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /// Counts bytes that are going to be written elsewhere.
    void expect(long bytes) {
        expectedBytes.addAndGet(bytes);
        checkSize();
        check();
    }

    /// How much may still be written.
    long bytesLeft() {
        return maxBytes - bytes();
    }

    /// Stops because more is needed than may be written.
    void tooLarge() {
        stop(State.TOO_LARGE);
        check();
    }

    /// Tells something that JGit does not tell of.
    void note(String phase) {
        notes.add(new Report(phase, 0, 0));
    }

    /// For JGit: takes its progress and stops it.
    ProgressMonitor monitor() {
        return new Monitor();
    }

    private boolean stopped() {
        return switch (state.get()) {
            case RUNNING, SUCCEEDED -> false;
            case INTERRUPTED, OUT_OF_TIME, TOO_LARGE -> true;
        };
    }

    private void stop(State reason) {
        state.compareAndSet(State.RUNNING, reason);
    }

    private void tell() {
        for (Report note = notes.poll(); note != null; note = notes.poll()) {
            progress.made(note.phase, note.done, note.total);
        }
        if (System.nanoTime() - lastReport >= BETWEEN_REPORTS.toNanos()) {
            Optional<Report> report = latest.getAndSet(Optional.empty());
            if (report.isPresent()) {
                lastReport = System.nanoTime();
                progress.made(report.get().phase, report.get().done, report.get().total);
            }
        }
    }

    private void watch(long start) {
        if (System.nanoTime() - start > timeout.toNanos()) {
            stop(State.OUT_OF_TIME);
        }
        checkSize();
    }

    private void checkSize() {
        if (bytes() > maxBytes) {
            stop(State.TOO_LARGE);
        }
    }

    private long bytes() {
        long bytes = expectedBytes.get();
        for (Path folder : watched) {
            bytes += bytesIn(folder);
        }
        return bytes;
    }

    /// How large the files in a folder are.
    static long bytesIn(Path folder) {
        Size size = new Size();
        try {
            Files.walkFileTree(folder, size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return size.bytes;
    }

    /// Interrupts more than once: JGit swallows an interrupt in some places.
    private static boolean end(Thread worker, Duration patience) {
        long start = System.nanoTime();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended && System.nanoTime() - start < patience.toNanos()) {
            worker.interrupt();
            try {
                ended = worker.join(LOOK);
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended;
    }

    private static final class Size extends SimpleFileVisitor<Path> {
        private long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes += attributes.size();
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            // it was there when its folder was listed; a clone renames and removes files of its own
            return FileVisitResult.CONTINUE;
        }
    }

    private record Report(String phase, long done, long total) {}

    private final class Monitor extends EmptyProgressMonitor {
        private String phase = "";
        private long done;
        private long total;
        private long lastLook = System.nanoTime();

        @Override
        public void beginTask(String title, int work) {
            // part of it is what the server sent
            String printable = title.replaceAll("\\p{Cntrl}", "").toLowerCase(Locale.ROOT);
            phase = printable.substring(0, Math.min(printable.length(), LONGEST_PHASE));
            done = 0;
            total = work;
            latest.set(Optional.of(new Report(phase, done, total)));
        }

        @Override
        public void update(int completed) {
            done += completed;
            if (System.nanoTime() - lastLook >= LOOK.toNanos()) {
                lastLook = System.nanoTime();
                latest.set(Optional.of(new Report(phase, done, total)));
            }
        }

        @Override
        public boolean isCancelled() {
            return stopped();
        }
    }
}
