package dev.runnel.api;

import dev.runnel.network.AddressGuard;
import dev.runnel.network.AddressGuard.Refused;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads the address of a callback and judges it as far as that goes without a name server, since a
/// caller waits for it. What its name stands for is judged whenever it is called.
final class CallbackTarget {

    private static final int LONGEST = 4096;
    private static final int LARGEST_PORT = 65535;
    private static final Set<String> WEB = Set.of("http", "https");

    private CallbackTarget() {}

    /// The address in this field; empty when there is none, or when it has a fault, which is noted.
    /// No fault repeats the address, which may hold a secret.
    static Optional<URI> read(JsonBody body, String field, AddressGuard guard) {
        Optional<String> text = body.text(field);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<URI> target = webAddress(text.get());
        if (target.isEmpty()) {
            body.fault(field, "this is not a web address", "give an absolute http or https URL");
            return Optional.empty();
        }
        if (target.get().getRawUserInfo() != null) {
            body.fault(
                    field,
                    "this has a user name or password in it",
                    "leave it out; the operator can configure a receiver with one");
            return Optional.empty();
        }
        if (guard.checkUnresolved(target.get().getHost()) instanceof Refused(String message)) {
            body.fault(field, message, "give an address that is on the public Internet");
            return Optional.empty();
        }
        return target;
    }

    private static Optional<URI> webAddress(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text).parseServerAuthority();
            boolean usable =
                    uri.getScheme() != null
                            && WEB.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                            && uri.getHost() != null
                            && uri.getPort() != 0
                            && uri.getPort() <= LARGEST_PORT;
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
