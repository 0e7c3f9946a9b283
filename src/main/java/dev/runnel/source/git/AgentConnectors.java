package dev.runnel.source.git;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.eclipse.jgit.transport.sshd.agent.AbstractConnector;
import org.eclipse.jgit.transport.sshd.agent.Connector;
import org.eclipse.jgit.transport.sshd.agent.ConnectorFactory;
import org.jspecify.annotations.Nullable;

/// Connects JGit with an ssh agent over its socket. JGit's own way needs native code; Java speaks
/// to such sockets itself.
final class AgentConnectors implements ConnectorFactory {
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
