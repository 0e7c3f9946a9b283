package dev.runnel.api;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/// Serves `/runs…`, `/queue…`, `/instances`, `/lint` and `/plan` with the resources of `/api/v1`,
/// and sends who opens the address in a browser to the description of the API.
@ApplicationScoped
class ShortPaths {
    private static final List<String> NOUNS = List.of("runs", "queue", "instances", "lint", "plan");
    private static final String PREFIX = "/api/v1";

    void install(@Observes Router router) {
        int early = RouteConstants.ROUTE_ORDER_UPLOAD_LIMIT - 2;
        router.get("/").order(early).handler(ShortPaths::describe);
        for (String noun : NOUNS) {
            router.route("/" + noun).order(early).handler(ShortPaths::expand);
            router.route("/" + noun + "/*").order(early).handler(ShortPaths::expand);
        }
    }

    private static void expand(RoutingContext request) {
        request.reroute(PREFIX + request.request().uri());
    }

    private static void describe(RoutingContext request) {
        request.response()
                .setStatusCode(302)
                .putHeader("Location", "/q/swagger-ui/")
                .putHeader("Link", "</q/openapi>; rel=\"service-desc\"")
                .end();
    }
}
