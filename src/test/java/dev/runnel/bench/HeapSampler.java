package dev.runnel.bench;

import java.io.IOException;
import java.net.http.HttpClient;

/// Looks again and again how much heap a server uses.
final class HeapSampler {
    private static final long PAUSE_MILLIS = 200;

    private final RunnelServer server;
    private final Thread thread;
    private volatile double most;

    private HeapSampler(RunnelServer server) {
        this.server = server;
        this.thread = Thread.ofPlatform().daemon().unstarted(this::sample);
    }

    static HeapSampler start(RunnelServer server) {
        HeapSampler sampler = new HeapSampler(server);
        sampler.thread.start();
        return sampler;
    }

    private void sample() {
        try (HttpClient http = HttpClient.newHttpClient()) {
            while (!Thread.currentThread().isInterrupted()) {
                most = Math.max(most, server.heapMebibytes(http));
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // a server that does not tell is one whose heap stays unknown
        }
    }

    /// The most that was seen, in MiB.
    double stop() throws InterruptedException {
        thread.interrupt();
        thread.join();
        return most;
    }
}
