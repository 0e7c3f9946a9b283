package dev.runnel.api;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/// Names the methods of a path in `Allow`, which the framework leaves out of a refusal and gets
/// wrong for `OPTIONS`.
final class AllowedMethods {
    private static final Map<Pattern, String> METHODS = new LinkedHashMap<>();

    static {
        METHODS.put(Pattern.compile("/?api/v1/runs/?"), "GET, HEAD, OPTIONS, POST");
        METHODS.put(Pattern.compile("/?api/v1/runs/[^/]+/?"), "DELETE, GET, HEAD, OPTIONS");
        METHODS.put(Pattern.compile("/?api/v1/runs/[^/]+/(events|log)/?"), "GET, HEAD, OPTIONS");
        METHODS.put(Pattern.compile("/?api/request/?"), "OPTIONS, POST");
        METHODS.put(Pattern.compile("/?api/request/[^/]+/?"), "GET, HEAD, OPTIONS");
        METHODS.put(Pattern.compile("/?problems(/[^/]+)?/?"), "GET, HEAD, OPTIONS");
    }

    @ServerResponseFilter
    public void name(ContainerRequestContext request, ContainerResponseContext response) {
        boolean refused = response.getStatus() == Status.METHOD_NOT_ALLOWED.getStatusCode();
        if (!refused && !request.getMethod().equals(HttpMethod.OPTIONS)) {
            return;
        }
        String path = request.getUriInfo().getPath();
        METHODS.forEach((paths, methods) -> {
            if (paths.matcher(path).matches()) {
                response.getHeaders().putSingle(HttpHeaders.ALLOW, methods);
            }
        });
    }
}
