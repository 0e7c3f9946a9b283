package dev.runnel.executor.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Stands before a registry and lets large answers through slowly.
final class SlowRegistry implements AutoCloseable {
    private static final int FAST_BYTES = 100_000;

    private final ServerSocket server;
    private final String registry;
    private final int bytesPerSecond;

    private SlowRegistry(ServerSocket server, String registry, int bytesPerSecond) {
        this.server = server;
        this.registry = registry;
        this.bytesPerSecond = bytesPerSecond;
    }

    /// @param registry `host:port` of the real one
    static SlowRegistry before(String registry, int bytesPerSecond) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SlowRegistry slow = new SlowRegistry(server, registry, bytesPerSecond);
        Thread.startVirtualThread(slow::serve);
        return slow;
    }

    /// The image of the real registry, by the way of this one.
    String image(String image) {
        return image.replace(registry, "127.0.0.1:" + server.getLocalPort());
    }

    private void serve() {
        try {
            while (true) {
                Socket client = server.accept();
                String[] address = registry.split(":", -1);
                Socket target = new Socket(address[0], Integer.parseInt(address[1]));
                Thread.startVirtualThread(() -> copy(client, target, Integer.MAX_VALUE));
                Thread.startVirtualThread(() -> copy(target, client, bytesPerSecond));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void copy(Socket from, Socket to, int bytesPerSecond) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[8192];
            long copied = 0;
            int count = in.read(buffer);
            while (count >= 0) {
                out.write(buffer, 0, count);
                copied += count;
                if (copied > FAST_BYTES) {
                    Thread.sleep(count * 1000L / bytesPerSecond);
                }
                count = in.read(buffer);
            }
        } catch (IOException e) {
            // one side hung up
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
