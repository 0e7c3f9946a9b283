package dev.runnel.api;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/// Serves `/runs…` with the resources of `/api/v1/runs…`.
final class ShortPaths {
    private static final String PREFIX = "/api/v1";
    private static final String SHORT = "/runs";

    @ServerRequestFilter(preMatching = true)
    public void expand(ContainerRequestContext request) {
        URI uri = request.getUriInfo().getRequestUri();
        String path = uri.getRawPath();
        if (path.equals(SHORT) || path.startsWith(SHORT + "/")) {
            request.setRequestUri(UriBuilder.fromUri(uri).replacePath(PREFIX + path).build());
        }
    }
}
