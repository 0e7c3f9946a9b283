package dev.runnel.problem;

import dev.runnel.eventlog.LogUnavailable;
import dev.runnel.store.StoreUnavailable;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/// Turns every exception that ends a request into a problem.
final class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);
    private static final int RETRY_SECONDS = 5;

    @ServerExceptionMapper
    Response refused(RequestRefused refusal) {
        return answer(refusal.problem());
    }

    @ServerExceptionMapper
    Response unavailable(StoreUnavailable failure) {
        return unavailable();
    }

    @ServerExceptionMapper
    Response unavailable(LogUnavailable failure) {
        return unavailable();
    }

    private static Response unavailable() {
        return answer(
                ProblemDocument.of(ProblemType.STORE_UNAVAILABLE, "The database did not answer."));
    }

    @ServerExceptionMapper
    Response http(WebApplicationException failure, RoutingContext request) {
        Response original = failure.getResponse();
        int status = original.getStatus();
        if (status < 400) {
            return original;
        }
        if (status >= 500) {
            return unexpected(failure, request);
        }
        ProblemType type = ProblemType.ofStatus(status);
        ProblemDocument problem =
                ProblemDocument.of(
                        type,
                        "%s %s: %s"
                                .formatted(
                                        request.request().method(),
                                        request.normalizedPath(),
                                        type.title()));
        return answer(problem.answeredWith(status));
    }

    @ServerExceptionMapper
    Response unexpected(Throwable failure, RoutingContext request) {
        String errorId = UUID.randomUUID().toString();
        LOG.errorf(
                failure,
                "%s %s failed (error %s)",
                request.request().method(),
                request.normalizedPath(),
                errorId);
        return answer(
                ProblemDocument.of(
                                ProblemType.INTERNAL_ERROR,
                                "The request failed; the log of the instance says why.")
                        .logged(errorId));
    }

    private static Response answer(ProblemDocument problem) {
        Response.ResponseBuilder answer =
                Response.status(problem.status())
                        .entity(problem.toJson())
                        .type(ProblemDocument.MEDIA_TYPE)
                        .header(HttpHeaders.CACHE_CONTROL, "no-store");
        if (problem.status() == Response.Status.SERVICE_UNAVAILABLE.getStatusCode()) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        return answer.build();
    }
}
