package dev.runnel.artifact.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// A lock that threads and processes share, or that one of them has alone. Not reentrant.
final class SharedLock {
    private final Path file;
    private final ReadWriteLock threads = new ReentrantReadWriteLock(true);
    // a process has a lock on a file once, however many threads share it
    private int holders;
    private @Nullable FileChannel open;

    SharedLock(Path file) {
        this.file = file;
    }

    /// The lock while it is held; to be closed by the thread that took it.
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    Held shared() throws IOException {
        return take(threads.readLock(), true);
    }

    Held exclusive() throws IOException {
        return take(threads.writeLock(), false);
    }

    private Held take(Lock lock, boolean shared) throws IOException {
        lock.lock();
        try {
            enter(shared);
        } catch (IOException | RuntimeException e) {
            lock.unlock();
            throw e;
        }
        return () -> {
            try {
                leave();
            } finally {
                lock.unlock();
            }
        };
    }

    private synchronized void enter(boolean shared) throws IOException {
        if (holders == 0) {
            Files.createDirectories(file.getParent());
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            try {
                FileLock _ = channel.lock(0, Long.MAX_VALUE, shared);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
            open = channel;
        }
        holders++;
    }

    private synchronized void leave() throws IOException {
        holders--;
        if (holders == 0 && open != null) {
            // which gives up the lock
            open.close();
            open = null;
        }
    }
}
