package dev.runnel.engine;

import dev.runnel.store.RunQueue;
import dev.runnel.store.StoreUnavailable;
import java.time.Duration;

/// Does now and then what an instance left undone in the queue that died between two steps.
final class QueueCare {
    private static final System.Logger LOG = System.getLogger(QueueCare.class.getName());
    private static final Duration EVERY = Duration.ofSeconds(20);

    private final RunQueue queue;
    private final Thread thread = Thread.ofVirtual().name("queue-care").unstarted(this::care);

    QueueCare(RunQueue queue) {
        this.queue = queue;
    }

    void start() {
        thread.start();
    }

    private void care() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                queue.repair();
            } catch (StoreUnavailable e) {
                LOG.log(System.Logger.Level.DEBUG, "the queue is looked after later", e);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "looking after the queue failed", e);
            }
            try {
                Thread.sleep(EVERY);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    void stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
