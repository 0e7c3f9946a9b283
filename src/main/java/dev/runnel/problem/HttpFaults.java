package dev.runnel.problem;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/// Gives a problem for faults that are decided before a resource sees the request.
@ApplicationScoped
class HttpFaults {
    private final long mostBytes;

    HttpFaults(VertxHttpConfig http) {
        this.mostBytes =
                http.limits().maxBodySize().map(size -> size.asLongValue()).orElse(Long.MAX_VALUE);
    }

    void install(@Observes Router router) {
        // just before the limit of Quarkus itself, which answers without a body
        router.route().order(RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 1).handler(this::checkSize);
    }

    private void checkSize(RoutingContext request) {
        if (announced(request).filter(length -> length > mostBytes).isEmpty()) {
            request.next();
            return;
        }
        ProblemDocument problem =
                ProblemDocument.of(
                        ProblemType.BODY_TOO_LARGE,
                        "The body has more than " + mostBytes + " bytes.");
        HttpServerResponse response = request.response();
        if (request.request().version() != HttpVersion.HTTP_2) {
            // the rest of the body is not read
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        response.setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDocument.MEDIA_TYPE)
                .end(Buffer.buffer(problem.toJson()));
    }

    private static Optional<Long> announced(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        return Optional.ofNullable(length).map(Long::valueOf);
    }
}
