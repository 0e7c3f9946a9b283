package dev.runnel.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Says which hosts Runnel may call when somebody else names them: git servers, callbacks.
///
/// Addresses that only mean something inside a machine, a network or a cloud (loopback, private,
/// link-local, metadata, multicast, reserved, and IPv6 forms that carry such an IPv4 address) are
/// refused unless the allow list names them. Immutable, safe for any number of threads.
///
/// Call [#check] right before each connection, also before each redirect: a name may resolve to
/// another address the next time, so an answer is good for the moment only.
public final class AddressGuard {
    /// The configuration key that every refusal names.
    public static final String ALLOW_KEY = "runnel.network.allow";

    private static final Pattern NAME = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*");
    private static final Pattern DIGITS = Pattern.compile("[0-9.]+");

    private final Resolver resolver;
    private final List<AddressBlock> allowedBlocks = new ArrayList<>();
    private final Set<String> allowedNames = new LinkedHashSet<>();

    /// A guard that asks the system's resolver.
    ///
    /// @param allow as for the other constructor
    public AddressGuard(List<String> allow) {
        this(allow, InetAddress::getAllByName);
    }

    /// A guard.
    ///
    /// @param allow host names (`git.example.com`; `*.example.com` for every name below it, not for
    ///   itself), addresses, and ranges in CIDR form
    /// @throws IllegalArgumentException when an entry is none of these; the message names it
    public AddressGuard(List<String> allow, Resolver resolver) {
        this.resolver = resolver;
        for (String entry : allow) {
            String text = normal(entry.strip());
            Optional<AddressBlock> block = AddressBlock.parse(text);
            if (block.isPresent()) {
                allowedBlocks.add(block.get());
            } else if (NAME.matcher(text).matches() && !DIGITS.matcher(text).matches()) {
                allowedNames.add(text);
            } else {
                throw new IllegalArgumentException(
                        ALLOW_KEY
                                + ": '"
                                + entry
                                + "' is not a host name (git.example.com, *.example.com), an"
                                + " address or a range like 10.0.0.0/8.");
            }
        }
    }

    /// What the guard says.
    public sealed interface Decision {}

    /// The host may be called.
    public record Allowed() implements Decision {}

    /// The host may not be called.
    ///
    /// @param message one or two sentences for people; says what to configure if it was meant
    public record Refused(String message) implements Decision {}

    /// Turns a name into its addresses, and an address in text into itself.
    @FunctionalInterface
    public interface Resolver {
        /// Its addresses, at least one.
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /// Whether this host may be called now. Resolves the name, which may take seconds, and wants
    /// every one of its addresses to be allowed.
    ///
    /// @param host name or address, in brackets or not
    /// @throws UnknownHostException when the name has no address, so there is nothing to call
    public Decision check(String host) throws UnknownHostException {
        String name = normal(host);
        if (namedOnList(name)) {
            return new Allowed();
        }
        for (InetAddress address : resolver.resolve(name)) {
            Decision decision = check(name, address);
            if (decision instanceof Refused) {
                return decision;
            }
        }
        return new Allowed();
    }

    /// Whether this address of the host may be called, for one that is already resolved.
    public Decision check(String host, InetAddress address) {
        String name = normal(host);
        if (namedOnList(name)
                || allowedBlocks.stream().anyMatch(block -> block.contains(address))) {
            return new Allowed();
        }
        return SpecialAddresses.describe(address)
                .<Decision>map(what -> refusal(name, what))
                .orElseGet(Allowed::new);
    }

    /// What can be said without asking a name server: refuses addresses written as such and
    /// `localhost`, allows everything else. Quick enough for a request thread; no replacement for
    /// [#check].
    public Decision checkUnresolved(String host) {
        String name = normal(host);
        if (namedOnList(name)) {
            return new Allowed();
        }
        if (name.equals("localhost") || name.endsWith(".localhost")) {
            return check(name, InetAddress.getLoopbackAddress());
        }
        try {
            return check(name, InetAddress.ofLiteral(name));
        } catch (IllegalArgumentException _) {
            return new Allowed();
        }
    }

    private Refused refusal(String name, String what) {
        // Which address it is stays unsaid: whoever asked is not to map the network with it.
        boolean literal = name.indexOf(':') >= 0 || DIGITS.matcher(name).matches();
        return new Refused(
                name
                        + (literal ? " is " : " resolves to ")
                        + what
                        + ", which Runnel does not call. If it is meant to, add "
                        + name
                        + " to "
                        + ALLOW_KEY
                        + ".");
    }

    private boolean namedOnList(String name) {
        if (allowedNames.contains(name)) {
            return true;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (allowedNames.contains("*" + name.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    private static String normal(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            name = name.substring(1, name.length() - 1);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
