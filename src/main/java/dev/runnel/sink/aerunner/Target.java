package dev.runnel.sink.aerunner;

import dev.runnel.run.Callbacks;
import dev.runnel.run.Callbacks.Protocol;
import java.net.URI;
import java.util.Optional;

/// Where one level of a run is told, and how.
///
/// @param trusted whether the operator chose it, not whoever requested the run
record Target(URI uri, Protocol protocol, boolean trusted) {

    /// What the request says goes before the configuration.
    static Optional<Target> of(Level level, Callbacks requested, Callbacks configured) {
        return level.targetOf(requested)
                .map(uri -> new Target(uri, requested.protocol(), false))
                .or(() ->
                        level.targetOf(configured)
                                .map(uri -> new Target(uri, configured.protocol(), true)));
    }

    /// Whether this can be called at all: an http or https address with a host.
    static boolean isCallable(URI uri) {
        String scheme = uri.getScheme();
        return ("http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme))
                && uri.getHost() != null;
    }

    /// Whether the address is on the same server.
    boolean isOriginOf(URI other) {
        return isCallable(other)
                && uri.getScheme().equalsIgnoreCase(other.getScheme())
                && uri.getHost().equalsIgnoreCase(other.getHost())
                && port(uri) == port(other);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /// The address as it may appear in a log: without user, password and query.
    static String loggable(URI uri) {
        if (!isCallable(uri)) {
            return "(no http address)";
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
    }
}
