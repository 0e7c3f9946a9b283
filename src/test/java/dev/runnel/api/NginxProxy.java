package dev.runnel.api;

import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// An nginx in front of a server of this machine, with the settings that Debian ships and nothing
/// said about streams. Speaks HTTP/1.1 on one port and HTTP/2 on another.
final class NginxProxy implements AutoCloseable {
    private final Process process;
    private final int port;
    private final int http2Port;

    /// @param folder for its files
    NginxProxy(Path folder, int upstream) throws IOException, InterruptedException {
        port = freePort();
        http2Port = freePort();
        Path configuration = folder.resolve("nginx.conf");
        Files.writeString(
                configuration,
                """
                daemon off;
                worker_processes 1;
                pid %1$s/pid;
                error_log %1$s/error.log;
                events { worker_connections 768; }
                http {
                  sendfile on;
                  tcp_nopush on;
                  gzip on;
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  scgi_temp_path %1$s/scgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  server {
                    listen 127.0.0.1:%2$d;
                    listen 127.0.0.1:%3$d http2;
                    location / { proxy_pass http://127.0.0.1:%4$d; }
                  }
                }
                """
                        .formatted(folder, port, http2Port, upstream));
        Path output = folder.resolve("output");
        process =
                new ProcessBuilder("nginx", "-p", folder.toString(), "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("nginx: " + Files.readString(output));
            }
            Thread.sleep(20);
        }
    }

    int port(HttpVersion version) {
        return version == HttpVersion.HTTP_2 ? http2Port : port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
