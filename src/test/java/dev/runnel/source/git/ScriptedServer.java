package dev.runnel.source.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.eclipse.jgit.transport.WantNotValidException;

/// A server over http on loopback that answers as a test says.
final class ScriptedServer implements AutoCloseable {
    /// A request that came.
    record Request(String path, Optional<String> authorization) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(threads);
        server.start();
    }

    /// Answers what is asked below a path.
    ScriptedServer on(String path, HttpHandler handler) {
        server.createContext(
                path,
                exchange -> {
                    requests.add(
                            new Request(
                                    exchange.getRequestURI().getPath(),
                                    Optional.ofNullable(
                                            exchange.getRequestHeaders()
                                                    .getFirst("Authorization"))));
                    try (exchange) {
                        handler.handle(exchange);
                    }
                });
        return this;
    }

    /// The requests so far.
    List<Request> requests() {
        return requests;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// An address on this server.
    String url(String host, String path) {
        return "http://" + host + ":" + port() + path;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /// Answers with a status and a text.
    static HttpHandler status(int status, String text) {
        return exchange -> {
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        };
    }

    /// Sends the client to the same request below another base.
    static HttpHandler redirect(String path, String base) {
        return exchange -> {
            String rest = exchange.getRequestURI().toString().substring(path.length());
            exchange.getResponseHeaders().add("Location", base + rest);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /// Takes the request and says nothing until the client is gone or the server ends.
    static HttpHandler silence() {
        return _ -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /// A repository in the older protocol, which gives what it advertises and nothing else.
    ///
    /// @param through what is sent goes through it
    static HttpHandler repository(Repository repository, UnaryOperator<OutputStream> through) {
        return exchange -> {
            UploadPack upload = new UploadPack(repository);
            upload.setBiDirectionalPipe(false);
            if (exchange.getRequestMethod().equals("GET")) {
                advertise(exchange, upload);
            } else {
                upload.setRequestValidator((_, wants) -> {
                    if (!wants.isEmpty()) {
                        throw new WantNotValidException(wants.getFirst());
                    }
                });
                exchange.getResponseHeaders()
                        .add("Content-Type", "application/x-git-upload-pack-result");
                exchange.sendResponseHeaders(200, 0);
                boolean zipped =
                        "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
                InputStream body = exchange.getRequestBody();
                upload.upload(
                        zipped ? new GZIPInputStream(body) : body,
                        through.apply(exchange.getResponseBody()),
                        null);
            }
        };
    }

    private static void advertise(HttpExchange exchange, UploadPack upload) throws IOException {
        String query =
                URLDecoder.decode(exchange.getRequestURI().getQuery(), StandardCharsets.UTF_8);
        String service = query.substring(query.indexOf('=') + 1);
        exchange.getResponseHeaders()
                .add("Content-Type", "application/x-" + service + "-advertisement");
        exchange.sendResponseHeaders(200, 0);
        PacketLineOut out = new PacketLineOut(exchange.getResponseBody());
        out.writeString("# service=" + service + "\n");
        out.end();
        upload.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(out));
    }
}
