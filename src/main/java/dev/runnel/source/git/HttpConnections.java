package dev.runnel.source.git;

import dev.runnel.network.AddressGuard;
import dev.runnel.network.AddressGuard.Decision;
import dev.runnel.network.AddressGuard.Refused;
import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Diagnosis.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/// The http connections of one attempt. JGit makes a new one for each request and follows redirects
/// itself, so every address it goes to passes here.
final class HttpConnections implements HttpConnectionFactory {
    private final GitConfig config;
    private final AddressGuard guard;
    private final Diagnosis diagnosis;

    HttpConnections(GitConfig config, AddressGuard guard, Diagnosis diagnosis) {
        this.config = config;
        this.guard = guard;
        this.diagnosis = diagnosis;
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        return create(url, Proxy.NO_PROXY);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        if (!config.allowedSchemes().contains(url.getProtocol())) {
            throw new RefusedException(
                    SourceFault.URL_NOT_ALLOWED,
                    "The server redirects to "
                            + url.getProtocol()
                            + "://, which is not in "
                            + GitUrl.SCHEMES_KEY
                            + ".");
        }
        // with a proxy it is the proxy that resolves the name, and we may be unable to
        Decision decision =
                proxy.type() == Proxy.Type.DIRECT
                        ? guard.check(url.getHost())
                        : guard.checkUnresolved(url.getHost());
        if (decision instanceof Refused(String message)) {
            throw new RefusedException(SourceFault.URL_NOT_ALLOWED, message);
        }
        Connection connection = new Connection(url, proxy, diagnosis);
        // before JGit can say otherwise: its only timeout is for both, and while a server packs a
        // large repository nothing is to be read for long
        connection.limitConnecting((int) config.connectTimeout().toMillis());
        if (url.getProtocol().equals("https") && config.http().caFile().isPresent()) {
            trust(connection, config.http().caFile().get());
        }
        return connection;
    }

    /// The users and passwords that servers are told when they ask for them.
    CredentialsProvider credentials() {
        return new Credentials();
    }

    private static void trust(Connection connection, Path caFile) throws RefusedException {
        try {
            connection.configure(null, trusting(caFile), null);
        } catch (IOException | GeneralSecurityException e) {
            throw new RefusedException(
                    SourceFault.HOST_KEY_REJECTED,
                    "The certificates in "
                            + caFile
                            + " (runnel.git.http.ca-file) cannot be used. It has to be a readable"
                            + " PEM file.",
                    e);
        }
    }

    private static TrustManager[] trusting(Path caFile)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        int number = 0;
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                for (X509Certificate certificate : x509.getAcceptedIssuers()) {
                    store.setCertificateEntry("java-" + number++, certificate);
                }
            }
        }
        try (InputStream in = Files.newInputStream(caFile)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("file-" + number++, certificate);
            }
        }
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static final class Connection extends JDKHttpConnection {
        private final Diagnosis diagnosis;

        Connection(URL url, Proxy proxy, Diagnosis diagnosis) throws IOException {
            super(url, proxy);
            this.diagnosis = diagnosis;
        }

        void limitConnecting(int milliseconds) {
            super.setConnectTimeout(milliseconds);
        }

        @Override
        public void setConnectTimeout(int timeout) {}

        @Override
        public void setReadTimeout(int timeout) {}

        @Override
        public int getResponseCode() throws IOException {
            int code = super.getResponseCode();
            diagnosis.answered(code);
            return code;
        }
    }

    private final class Credentials extends CredentialsProvider {
        @Override
        public boolean isInteractive() {
            return false;
        }

        @Override
        public boolean supports(CredentialItem... items) {
            for (CredentialItem item : items) {
                if (!(item instanceof CredentialItem.Username)
                        && !(item instanceof CredentialItem.Password)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean get(URIish uri, CredentialItem... items) {
            Optional<GitConfig.Credentials> known =
                    Remotes.byHost(config.http().credentials(), uri.getHost(), uri.getPort());
            known.ifPresent(credentials -> {
                diagnosis.credentialsGiven(credentials.password());
                for (CredentialItem item : items) {
                    fill(item, credentials);
                }
            });
            return known.isPresent();
        }

        private static void fill(CredentialItem item, GitConfig.Credentials credentials) {
            if (item instanceof CredentialItem.Username username) {
                username.setValue(credentials.username());
            } else if (item instanceof CredentialItem.Password password) {
                password.setValue(credentials.password().toCharArray());
            }
        }
    }
}
