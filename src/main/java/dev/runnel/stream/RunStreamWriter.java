package dev.runnel.stream;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.concurrent.ExecutionException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/// Writes a [RunStream]: one write to the connection for each chunk of the log. The stream type of
/// the framework would flush every event by itself.
@Provider
final class RunStreamWriter implements ServerMessageBodyWriter<RunStream> {
    private static final Logger LOG = Logger.getLogger(RunStreamWriter.class);

    private final Followers followers;

    RunStreamWriter(Followers followers) {
        this.followers = followers;
    }

    @Override
    public boolean isWriteable(
            Class<?> type,
            Type genericType,
            ResteasyReactiveResourceInfo target,
            MediaType mediaType) {
        return RunStream.class.equals(type);
    }

    @Override
    public boolean isWriteable(
            Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return RunStream.class.equals(type);
    }

    @Override
    public void writeResponse(RunStream stream, Type genericType, ServerRequestContext context) {
        ServerHttpResponse response = context.serverResponse();
        // what has a length says so in its head
        response.setChunked(stream.cut().length().isEmpty());
        Rendering rendering = stream.rendering().apply(context.getResponseMediaType());
        try {
            CutWire wire = new CutWire(stream.cut(), new ResponseWire(response));
            if (followers.serve(stream, rendering, wire)) {
                wire.finish();
            }
            if (!response.closed()) {
                response.end();
            }
        } catch (InterruptedException e) {
            // the client is gone
            response.reset();
        } catch (RuntimeException e) {
            // the status is out; only a broken connection can still say that something is missing
            LOG.errorf(e, "the stream of run %s broke off", stream.run());
            response.reset();
        }
    }

    @Override
    public void writeTo(
            RunStream stream,
            Class<?> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        throw new IOException("a stream is written to a connection only");
    }

    private record ResponseWire(ServerHttpResponse response) implements Followers.Wire {
        @Override
        public void send(byte[] bytes) throws InterruptedException {
            try {
                response.write(bytes).toCompletableFuture().get();
            } catch (ExecutionException | IllegalStateException e) {
                // a closed connection fails the write; there is nobody to tell
                throw (InterruptedException)
                        new InterruptedException("the client is gone").initCause(e);
            }
        }

        @Override
        public void onClose(Runnable listener) {
            response.addCloseHandler(listener);
        }
    }
}
