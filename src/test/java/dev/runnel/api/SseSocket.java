package dev.runnel.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A client of an event stream on a bare socket, which sees every byte and can be cut anywhere.
public final class SseSocket implements AutoCloseable {
    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /// A complete frame.
    public record Frame(String id, String event, String data) {}

    public SseSocket(int port, String path, String... headers) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        StringBuilder request =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream()
                .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    }

    /// Reads until this many bytes have come in all, or the server has closed the stream or sent
    /// its last chunk.
    ///
    /// @return whether the stream is complete
    public boolean readUpTo(int bytes) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8192];
        while (received.size() < bytes) {
            int count = in.read(buffer, 0, Math.min(buffer.length, bytes - received.size()));
            if (count < 0) {
                return true;
            }
            received.write(buffer, 0, count);
            if (isComplete()) {
                return true;
            }
        }
        return false;
    }

    /// Reads until the text shows up in what came.
    public String readUntil(String text) throws IOException {
        while (!text().contains(text)) {
            if (readUpTo(received.size() + 1)) {
                break;
            }
        }
        return text();
    }

    /// Reads what comes within the time.
    public String readFor(int millis) throws IOException {
        long until = System.nanoTime() + millis * 1_000_000L;
        int left;
        while ((left = (int) ((until - System.nanoTime()) / 1_000_000)) > 0) {
            socket.setSoTimeout(left);
            try {
                if (readUpTo(received.size() + 1)) {
                    break;
                }
            } catch (SocketTimeoutException e) {
                break;
            }
        }
        return text();
    }

    private boolean isComplete() {
        byte[] end = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = received.toByteArray();
        if (bytes.length < end.length) {
            return false;
        }
        for (int index = 0; index < end.length; index++) {
            if (bytes[bytes.length - end.length + index] != end[index]) {
                return false;
            }
        }
        return true;
    }

    /// All that came, with status, headers and chunk sizes.
    public String text() {
        return received.toString(StandardCharsets.UTF_8);
    }

    /// The body so far.
    public String body() {
        byte[] bytes = received.toByteArray();
        String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
        int headers = latin1.indexOf("\r\n\r\n");
        if (headers < 0) {
            return "";
        }
        String body = latin1.substring(headers + 4);
        boolean chunked =
                latin1.substring(0, headers)
                        .toLowerCase(Locale.ROOT)
                        .contains("transfer-encoding: chunked");
        return new String(
                (chunked ? dechunked(body) : body).getBytes(StandardCharsets.ISO_8859_1),
                StandardCharsets.UTF_8);
    }

    private static String dechunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int line = body.indexOf("\r\n", at);
            if (line < 0) {
                return whole.toString();
            }
            int size = Integer.parseInt(body.substring(at, line), 16);
            int from = line + 2;
            whole.append(body, Math.min(from, body.length()), Math.min(from + size, body.length()));
            at = from + size + 2;
            if (size == 0 || at > body.length()) {
                return whole.toString();
            }
        }
    }

    /// The frames that came whole; comments and `retry` are left out.
    public List<Frame> frames() {
        List<Frame> frames = new ArrayList<>();
        String body = body();
        int at = 0;
        int end;
        while ((end = body.indexOf("\n\n", at)) >= 0) {
            String id = "";
            String event = "";
            String data = "";
            for (String line : body.substring(at, end).split("\n", -1)) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                }
            }
            if (!id.isEmpty()) {
                frames.add(new Frame(id, event, data));
            }
            at = end + 2;
        }
        return frames;
    }

    @Override
    public void close() throws IOException {
        // a reset rather than an orderly end, as when a network goes away
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
