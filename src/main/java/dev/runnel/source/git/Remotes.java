package dev.runnel.source.git;

import dev.runnel.network.AddressGuard;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;

/// Opens connections to git servers in the configured way.
final class Remotes {
    private final GitConfig config;
    private final AddressGuard guard;

    Remotes(GitConfig config, AddressGuard guard) {
        this.config = config;
        this.guard = guard;
    }

    /// A transport that reports to the diagnosis; nothing is connected yet.
    Transport open(Repository repository, GitUrl url, Diagnosis diagnosis)
            throws NotSupportedException, TransportException {
        Transport transport = Transport.open(repository, url.uri());
        transport.setTagOpt(TagOpt.NO_TAGS);
        if (transport instanceof TransportHttp http) {
            HttpConnections connections = new HttpConnections(config, guard, diagnosis);
            http.setHttpConnectionFactory(connections);
            http.setCredentialsProvider(connections.credentials());
        } else if (transport instanceof SshTransport ssh) {
            ssh.setSshSessionFactory(new SshSessions(config, url, guard, diagnosis));
        }
        return transport;
    }

    /// What is configured for a host, with its port if that is configured, else without.
    ///
    /// @param port -1 for the scheme's own
    static <T> Optional<T> byHost(Map<String, T> values, String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return Optional.ofNullable(values.get(name + ":" + port))
                .or(() -> Optional.ofNullable(values.get(name)));
    }
}
