package dev.runnel.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Stands between a server and the Docker engine, and holds requests up or cuts connections as a
/// test wants it.
final class DockerProxy implements AutoCloseable {
    private static final Path ENGINE = Path.of("/var/run/docker.sock");
    // a client writes the head of a request at once
    private static final Pattern REQUEST = Pattern.compile("^(GET|POST|PUT|DELETE|HEAD) (\\S+) ");

    private final Path socket;
    private final ServerSocketChannel server;
    private final Hold hold;
    private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
    private volatile boolean isCut;

    /// Asked of every request before the engine gets it; may wait as long as it likes.
    @FunctionalInterface
    interface Hold {
        void before(String method, String path) throws InterruptedException;
    }

    private DockerProxy(Path socket, ServerSocketChannel server, Hold hold) {
        this.socket = socket;
        this.server = server;
        this.hold = hold;
    }

    static DockerProxy open(Path folder, Hold hold) throws IOException {
        Path socket = folder.resolve("docker-proxy.sock");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        DockerProxy proxy = new DockerProxy(socket, server, hold);
        Thread.ofVirtual().name("docker-proxy").start(proxy::accept);
        return proxy;
    }

    String host() {
        return "unix://" + socket;
    }

    /// The engine seems to be gone: what is open is cut, and nobody gets an answer any more.
    void cut() {
        isCut = true;
        open.forEach(DockerProxy::close);
    }

    /// The engine is there again.
    void mend() {
        isCut = false;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                SocketChannel engine = SocketChannel.open(UnixDomainSocketAddress.of(ENGINE));
                open.addAll(List.of(client, engine));
                if (isCut) {
                    close(client);
                    close(engine);
                }
                Thread.ofVirtual().start(() -> pass(client, engine, true));
                Thread.ofVirtual().start(() -> pass(engine, client, false));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void pass(SocketChannel from, SocketChannel to, boolean requests) {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        try (to) {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                if (requests) {
                    await(buffer);
                }
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (IOException e) {
            close(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void await(ByteBuffer buffer) throws InterruptedException {
        String head = ISO_8859_1.decode(buffer.duplicate()).toString();
        Matcher request = REQUEST.matcher(head);
        if (request.find()) {
            hold.before(request.group(1), request.group(2));
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(DockerProxy::close);
    }

    /// Holds up the first request whose method and path match until it is let go.
    static final class FirstRequest implements Hold {
        private final Pattern wanted;
        private final CountDownLatch seen = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);

        /// @param wanted found in `POST /containers/create?name=…`
        FirstRequest(String wanted) {
            this.wanted = Pattern.compile(wanted);
        }

        @Override
        public void before(String method, String path) throws InterruptedException {
            if (seen.getCount() > 0 && wanted.matcher(method + " " + path).find()) {
                seen.countDown();
                letGo.await();
            }
        }

        void awaitSeen() throws InterruptedException {
            if (!seen.await(60, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new AssertionError("no request matches " + wanted);
            }
        }

        void letGo() {
            letGo.countDown();
        }
    }
}
