package dev.runnel.executor.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.transport.DockerHttpClient;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A connection over which the engine sends the output of a container in frames: 1 byte for the
/// channel, 3 bytes of nothing, 4 bytes of length, content. Any thread may close it.
final class EngineStream implements AutoCloseable {
    private static final int HEADER = 8;
    private static final int FIRST_ERROR = 400;
    private static final int MOST_BYTES = 256 * 1024;
    private static final int LONGEST_LINE = 500;

    private final DockerHttpClient.Response response;
    private final InputStream body;
    private final byte[] header = new byte[HEADER];

    private EngineStream(DockerHttpClient.Response response) {
        this.response = response;
        this.body = response.getBody();
    }

    static EngineStream open(DockerHttpClient transport, DockerHttpClient.Request request)
            throws IOException {
        DockerHttpClient.Response response = transport.execute(request);
        if (response.getStatusCode() >= FIRST_ERROR) {
            try (response) {
                String message =
                        new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
                throw new DockerException(message, response.getStatusCode());
            }
        }
        return new EngineStream(response);
    }

    /// The beginning of a frame.
    ///
    /// @param channel 1 for standard output, 2 for standard error
    /// @param length of the content that follows, in bytes
    record Header(int channel, int length) {}

    /// Whether there is another frame, and then its header in [#header].
    boolean next() throws IOException {
        int count = body.readNBytes(header, 0, HEADER);
        return count == HEADER;
    }

    Header header() {
        return new Header(header[0], ByteBuffer.wrap(header).getInt(HEADER - Integer.BYTES));
    }

    /// Reads as much as is there of a frame's content, at least one byte.
    int read(byte[] into, int offset, int most) throws IOException {
        int count = body.read(into, offset, most);
        if (count < 0) {
            throw new EOFException("the engine stopped in the middle of a frame");
        }
        return count;
    }

    @Override
    public void close() {
        response.close();
    }

    /// Reads a stream that ends, as lines for a message: no control characters, long ones cut.
    List<String> lines() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (text.size() < MOST_BYTES && next()) {
            int left = header().length();
            while (left > 0) {
                int count = read(buffer, 0, Math.min(left, buffer.length));
                text.write(buffer, 0, count);
                left -= count;
            }
        }
        return text.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll("\\p{Cntrl}", " ").strip())
                .filter(line -> !line.isEmpty())
                .map(line ->
                        line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line)
                .toList();
    }
}
