package dev.runnel.source.git;

import dev.runnel.network.AddressGuard;
import dev.runnel.network.AddressGuard.Refused;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Diagnosis.RefusedException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.SshConfigStore;
import org.eclipse.jgit.transport.SshConfigStore.HostConfig;
import org.eclipse.jgit.transport.SshConstants;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.KeyPasswordProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSession;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.agent.AbstractConnector;
import org.eclipse.jgit.transport.sshd.agent.Connector;
import org.eclipse.jgit.transport.sshd.agent.ConnectorFactory;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/// The ssh connections to one server for one attempt. Keys, host keys and the agent come from the
/// configuration; the user's `~/.ssh/config` is not read.
final class SshSessions extends SshdSessionFactory {
    private final GitConfig.Ssh config;
    private final Duration connectTimeout;
    private final AddressGuard guard;
    private final Diagnosis diagnosis;
    private final Optional<Path> keyOfHost;

    SshSessions(GitConfig config, GitUrl url, AddressGuard guard, Diagnosis diagnosis) {
        super(null, null);
        this.config = config.ssh();
        this.connectTimeout = config.connectTimeout();
        this.guard = guard;
        this.diagnosis = diagnosis;
        this.keyOfHost = Remotes.byHost(this.config.keys(), url.host(), url.port());
        setHomeDirectory(new File(System.getProperty("user.home")));
        setSshDirectory(this.config.directory().toFile());
    }

    @Override
    public SshdSession getSession(
            URIish uri, @Nullable CredentialsProvider credentials, FS fs, int timeout)
            throws TransportException {
        try {
            if (guard.check(uri.getHost()) instanceof Refused(String message)) {
                throw new RefusedException(SourceFault.URL_NOT_ALLOWED, message);
            }
            prepareFiles();
        } catch (UnknownHostException | RefusedException e) {
            throw new TransportException(uri, "not connected", e);
        }
        return super.getSession(uri, credentials, fs, (int) connectTimeout.toMillis());
    }

    private void prepareFiles() throws RefusedException {
        if (keyOfHost.isPresent() && !Files.isReadable(keyOfHost.get())) {
            throw new RefusedException(
                    SourceFault.ACCESS_DENIED,
                    "The key that runnel.git.ssh.keys names for this host, "
                            + keyOfHost.get()
                            + ", cannot be read. Correct the path or the file's permissions.");
        }
        if (config.acceptNew() && !Files.exists(knownHosts())) {
            try {
                // JGit writes into the file, but asks somebody before it makes one
                Files.createDirectories(knownHosts().toAbsolutePath().getParent());
                Files.createFile(knownHosts());
            } catch (FileAlreadyExistsException _) {
                // another clone was faster
            } catch (IOException e) {
                throw new RefusedException(
                        SourceFault.HOST_KEY_REJECTED,
                        "The file for new host keys, "
                                + knownHosts()
                                + ", cannot be written. Correct runnel.git.ssh.known-hosts.",
                        e);
            }
        }
    }

    @Override
    protected SshConfigStore createSshConfigStore(
            File homeDir, @Nullable File configFile, String localUserName) {
        return new Options();
    }

    @Override
    protected ServerKeyDatabase createServerKeyDatabase(File homeDir, File sshDir) {
        return new HostKeys(super.createServerKeyDatabase(homeDir, sshDir));
    }

    @Override
    protected List<Path> getDefaultKnownHostsFiles(File sshDir) {
        return List.of(knownHosts());
    }

    @Override
    protected @Nullable ConnectorFactory getConnectorFactory() {
        return config.agent().map(AgentConnectors::new).orElse(null);
    }

    @Override
    protected String getDefaultPreferredAuthentications() {
        return "publickey";
    }

    @Override
    protected KeyPasswordProvider createKeyPasswordProvider(
            @Nullable CredentialsProvider provider) {
        return new NoPassphrases(diagnosis);
    }

    private Path knownHosts() {
        return config.knownHosts()
                .orElseGet(() -> config.directory().resolve(SshConstants.KNOWN_HOSTS));
    }

    /// Looks a host key up as OpenSSH does, and remembers why it was refused: that happens on a
    /// thread of the ssh client, from which only the fact arrives.
    private final class HostKeys implements ServerKeyDatabase {
        private final ServerKeyDatabase known;

        HostKeys(ServerKeyDatabase known) {
            this.known = known;
        }

        @Override
        public List<PublicKey> lookup(
                String connectAddress, InetSocketAddress remote, Configuration options) {
            return known.lookup(connectAddress, remote, options);
        }

        @Override
        public boolean accept(
                String connectAddress,
                InetSocketAddress remote,
                PublicKey key,
                Configuration options,
                @Nullable CredentialsProvider provider) {
            // the name may have come to stand for another address since it was checked
            if (guard.check(remote.getHostString(), remote.getAddress())
                    instanceof Refused(String message)) {
                diagnosis.decide(SourceFault.URL_NOT_ALLOWED, message);
                return false;
            }
            if (known.accept(connectAddress, remote, key, options, provider)) {
                return true;
            }
            String offered = KeyUtils.getKeyType(key) + " " + KeyUtils.getFingerPrint(key);
            boolean hostIsKnown = !known.lookup(connectAddress, remote, options).isEmpty();
            diagnosis.decide(
                    SourceFault.HOST_KEY_REJECTED,
                    hostIsKnown
                            ? "The ssh host key of "
                                    + connectAddress
                                    + " ("
                                    + offered
                                    + ") is not the one in "
                                    + knownHosts()
                                    + ". Somebody may be listening in. If the server really has a"
                                    + " new key, replace its line there."
                            : "The ssh host key of "
                                    + connectAddress
                                    + " ("
                                    + offered
                                    + ") is not known. Check it and add it to "
                                    + knownHosts()
                                    + ", for example with ssh-keyscan.");
            return false;
        }
    }

    private static final class NoPassphrases implements KeyPasswordProvider {
        private final Diagnosis diagnosis;

        NoPassphrases(Diagnosis diagnosis) {
            this.diagnosis = diagnosis;
        }

        @Override
        public char @Nullable [] getPassphrase(URIish key, int attempt) {
            diagnosis.lockedKey(key.getPath());
            return null;
        }

        @Override
        public void setAttempts(int attempts) {}

        @Override
        public boolean keyLoaded(URIish key, int attempt, @Nullable Exception error) {
            return false;
        }
    }

    /// What other programs read from `~/.ssh/config`.
    private final class Options implements SshConfigStore, HostConfig {
        @Override
        public HostConfig lookup(String host, int port, @Nullable String user) {
            return this;
        }

        @Override
        public HostConfig lookupDefault(String host, int port, @Nullable String user) {
            return this;
        }

        @Override
        public @Nullable String getValue(String key) {
            return getOptions().get(key);
        }

        @Override
        public List<String> getValues(String key) {
            return getMultiValuedOptions().getOrDefault(key, List.of());
        }

        @Override
        public Map<String, String> getOptions() {
            return Map.of(
                    SshConstants.STRICT_HOST_KEY_CHECKING,
                    config.acceptNew() ? "accept-new" : "yes",
                    SshConstants.IDENTITIES_ONLY,
                    keyOfHost.isPresent() ? "yes" : "no");
        }

        @Override
        public Map<String, List<String>> getMultiValuedOptions() {
            return keyOfHost
                    .map(key -> Map.of(SshConstants.IDENTITY_FILE, List.of(key.toString())))
                    .orElseGet(Map::of);
        }
    }

    /// Connects JGit with an ssh agent over its socket. JGit's own way needs native code; Java
    /// speaks to such sockets itself.
    private static final class AgentConnectors implements ConnectorFactory {
        private final Path socket;

        AgentConnectors(Path socket) {
            this.socket = socket;
        }

        @Override
        public Connector create(@Nullable String identityAgent, @Nullable File homeDir) {
            return new SocketConnector(socket);
        }

        @Override
        public boolean isSupported() {
            return true;
        }

        @Override
        public String getName() {
            return "unix-socket";
        }

        @Override
        public Collection<ConnectorDescriptor> getSupportedConnectors() {
            return List.of(getDefaultConnector());
        }

        @Override
        public ConnectorDescriptor getDefaultConnector() {
            return new Descriptor(socket.toString());
        }

        private record Descriptor(String getIdentityAgent) implements ConnectorDescriptor {
            @Override
            public String getDisplayName() {
                return getIdentityAgent;
            }
        }

        private static final class SocketConnector extends AbstractConnector {
            private final Path socket;
            private @Nullable SocketChannel channel;

            SocketConnector(Path socket) {
                this.socket = socket;
            }

            @Override
            public boolean connect() throws IOException {
                if (channel != null) {
                    return true;
                }
                SocketChannel opened = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    opened.connect(UnixDomainSocketAddress.of(socket));
                    channel = opened;
                    return true;
                } catch (IOException _) {
                    // an agent that is gone must not keep the key files from being tried
                    opened.close();
                    return false;
                }
            }

            @Override
            public byte[] rpc(byte command, byte @Nullable [] message) throws IOException {
                SocketChannel open = channel;
                if (open == null) {
                    throw new EOFException("not connected to the ssh agent");
                }
                // a message has room for its length and the command in front, filled in here
                byte[] request = message == null ? new byte[5] : message;
                prepareMessage(command, request);
                ByteBuffer bytes = ByteBuffer.wrap(request);
                while (bytes.hasRemaining()) {
                    open.write(bytes);
                }
                DataInputStream in = new DataInputStream(Channels.newInputStream(open));
                byte[] lengthOfReply = in.readNBytes(4);
                if (lengthOfReply.length < 4) {
                    throw new EOFException("the ssh agent closed the connection");
                }
                byte[] reply = new byte[toLength(command, lengthOfReply)];
                in.readFully(reply);
                return reply;
            }

            @Override
            public void close() throws IOException {
                SocketChannel open = channel;
                channel = null;
                if (open != null) {
                    open.close();
                }
            }
        }
    }
}
