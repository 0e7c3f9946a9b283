package dev.runnel.api;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/// Serves `/runs…` with the resources of `/api/v1/runs…`.
@ApplicationScoped
class ShortPaths {
    private static final String PREFIX = "/api/v1";

    void install(@Observes Router router) {
        int early = RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 2;
        router.route("/runs").order(early).handler(ShortPaths::expand);
        router.route("/runs/*").order(early).handler(ShortPaths::expand);
    }

    private static void expand(RoutingContext request) {
        request.reroute(PREFIX + request.request().uri());
    }
}
