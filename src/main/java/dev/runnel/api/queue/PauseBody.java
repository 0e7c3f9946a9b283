package dev.runnel.api.queue;

import dev.runnel.api.JsonBody;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who pauses, and why; both may be left out.
///
/// @param by who says so, else the address that the request came from
record PauseBody(String by, Optional<String> reason) {
    private static final int LONGEST = 500;

    /// Reads a body.
    ///
    /// @throws dev.runnel.problem.RequestRefused when its form is not right
    static PauseBody read(InputStream json, RoutingContext request) {
        JsonBody body = JsonBody.readOptional(json).knowing(List.of("by", "reason"));
        Optional<String> by = text("by", body);
        Optional<String> reason = text("reason", body);
        body.refuseFaults();
        return new PauseBody(by.orElseGet(() -> address(request)), reason);
    }

    private static Optional<String> text(String name, JsonBody body) {
        Optional<String> text = body.text(name).map(String::strip);
        text.filter(given -> given.length() > LONGEST)
                .ifPresent(given ->
                        body.fault(
                                name,
                                "this has " + given.length() + " characters",
                                "give " + LONGEST + " at the most"));
        return text.filter(given -> !given.isEmpty());
    }

    private static String address(RoutingContext request) {
        @Nullable SocketAddress address = request.request().remoteAddress();
        return address == null || address.hostAddress() == null ? "unknown" : address.hostAddress();
    }
}
