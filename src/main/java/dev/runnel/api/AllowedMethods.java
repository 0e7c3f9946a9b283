package dev.runnel.api;

import dev.runnel.problem.ProblemType;
import dev.runnel.problem.RequestRefused;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// Refuses methods that a path does not have and answers `OPTIONS`, both with `Allow`. The
/// framework leaves the header out, and takes the paths below a run for unknown ones.
final class AllowedMethods {

    private static final Map<Pattern, List<String>> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put(Pattern.compile("/?api/v1/runs/?"), List.of("GET", "HEAD", "OPTIONS", "POST"));
        METHODS.put(
                Pattern.compile("/?api/v1/runs/[^/]+/?"),
                List.of("DELETE", "GET", "HEAD", "OPTIONS"));
        METHODS.put(
                Pattern.compile(
                        "/?api/v1/runs/[^/]+/(events|log|log/search|artifacts(/[^/]+/.+)?)/?"),
                List.of("GET", "HEAD", "OPTIONS"));
        METHODS.put(
                Pattern.compile(
                        "/?api/v1/runs/[^/]+/(rerun|cancel|steps/[^/]+/(cancel|approve))/?"),
                List.of("OPTIONS", "POST"));
        METHODS.put(
                Pattern.compile("/?api/v1/(queue|instances)/?"), List.of("GET", "HEAD", "OPTIONS"));
        METHODS.put(
                Pattern.compile(
                        "/?api/v1/(queue|intake|repositories/[^/]+(/[^/]+)?)/(pause|resume)/?"),
                List.of("OPTIONS", "POST"));
        METHODS.put(
                Pattern.compile("/?api/v1/runs/[^/]+/pin/?"),
                List.of("DELETE", "GET", "HEAD", "OPTIONS", "PUT"));
        METHODS.put(Pattern.compile("/?api/v1/(lint|plan)/?"), List.of("OPTIONS", "POST"));
        METHODS.put(Pattern.compile("/?api/request/?"), List.of("OPTIONS", "POST"));
        METHODS.put(Pattern.compile("/?api/request/[^/]+/?"), List.of("GET", "HEAD", "OPTIONS"));
        METHODS.put(Pattern.compile("/?problems(/[^/]+)?/?"), List.of("GET", "HEAD", "OPTIONS"));
    }

    @ServerRequestFilter(preMatching = true)
    public Optional<Response> judge(ContainerRequestContext request) {
        Optional<List<String>> methods = methods(request);
        if (methods.isEmpty()) {
            return Optional.empty();
        }
        if (!methods.get().contains(request.getMethod())) {
            throw new RequestRefused(
                    ProblemType.METHOD_NOT_ALLOWED,
                    "This path does not have the method " + shown(request.getMethod()) + ".");
        }
        return request.getMethod().equals(HttpMethod.OPTIONS)
                ? Optional.of(Response.noContent().build())
                : Optional.empty();
    }

    @ServerResponseFilter
    public void name(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() == Status.METHOD_NOT_ALLOWED.getStatusCode()
                || request.getMethod().equals(HttpMethod.OPTIONS)) {
            methods(request)
                    .ifPresent(methods ->
                            response.getHeaders()
                                    .putSingle(HttpHeaders.ALLOW, String.join(", ", methods)));
        }
    }

    private static Optional<List<String>> methods(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        return METHODS.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    // a method is any word, of any length
    private static String shown(String method) {
        return method.length() <= 20 ? method : method.substring(0, 20) + "…";
    }
}
