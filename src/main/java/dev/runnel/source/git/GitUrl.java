package dev.runnel.source.git;

import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.transport.URIish;

/// The address of a repository in one of the forms that Runnel takes: `https://…`, `http://…`,
/// `ssh://…`, `user@host:path`, `file://…` and an absolute path.
///
/// @param scheme `https`, `http`, `ssh` or `file`
/// @param host in lower case, without brackets; empty for `file`
/// @param port -1 for the scheme's own
/// @param uri the same for JGit
record GitUrl(String scheme, String host, int port, URIish uri) {
    static final String SCHEMES_KEY = "runnel.git.allowed-schemes";

    private static final int LONGEST = 2048;
    private static final Set<String> KNOWN = Set.of("https", "http", "ssh", "file");
    private static final Pattern REMOTE_HELPER = Pattern.compile("^[A-Za-z0-9+.-]+::.*");
    private static final Pattern WITH_SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
    private static final String NAME = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?";
    private static final String HOST = "(?<host>" + NAME + "|\\[[0-9A-Fa-f:.]+\\])";
    private static final Pattern REMOTE =
            Pattern.compile(
                    "^(?:(?<user>[^@:/\\\\-][^@:/\\\\]*)(?::(?<password>[^@/\\\\]*))?@)?"
                            + HOST
                            + "(?::(?<port>[0-9]{1,5}))?(?<path>/[^?#]+)$");
    private static final Pattern SSH_SHORT =
            Pattern.compile(
                    "^(?:(?<user>[^@:/\\\\-][^@:/\\\\]*)@)?(?<host>" + NAME + "):(?<path>[^-].*)$");
    private static final Pattern FILE = Pattern.compile("^(?:localhost)?(?<path>/.*)$");

    /// What came of reading a text: an address, or why it is none.
    sealed interface Parsed {}

    record Usable(GitUrl url) implements Parsed {}

    record Unusable(SourceRefusal refusal) implements Parsed {}

    /// Reads an address.
    ///
    /// @param allowed the schemes that may be used
    static Parsed parse(String text, Set<String> allowed) {
        if (text.length() > LONGEST) {
            return malformed("it is longer than " + LONGEST + " characters");
        }
        if (text.isBlank()) {
            return malformed("it is empty");
        }
        if (text.codePoints().anyMatch(GitUrl::isUnseen)) {
            return malformed("it has white space or control characters in it");
        }
        if (text.startsWith("-")) {
            return malformed("it starts with a '-'");
        }
        if (REMOTE_HELPER.matcher(text).matches()) {
            return malformed("remote helpers ('name::address') are not supported");
        }
        Matcher withScheme = WITH_SCHEME.matcher(text);
        if (withScheme.matches()) {
            String scheme = withScheme.group(1).toLowerCase(Locale.ROOT);
            return withScheme(scheme, withScheme.group(2), allowed);
        }
        if (text.startsWith("/")) {
            return file(text, allowed);
        }
        Matcher sshShort = SSH_SHORT.matcher(text);
        if (sshShort.matches()) {
            return allowed.contains("ssh")
                    ? remote("ssh", sshShort, text)
                    : notAllowed("ssh", allowed);
        }
        return malformed(
                "it is none of https://host/path, ssh://user@host/path and user@host:path");
    }

    private static Parsed withScheme(String scheme, String rest, Set<String> allowed) {
        if (!KNOWN.contains(scheme) || !allowed.contains(scheme)) {
            return notAllowed(scheme, allowed);
        }
        if (scheme.equals("file")) {
            Matcher file = FILE.matcher(rest);
            return file.matches()
                    ? file(file.group("path"), allowed)
                    : malformed("file:// needs an absolute path and no host");
        }
        Matcher remote = REMOTE.matcher(rest);
        if (!remote.matches()) {
            return malformed(
                    "after "
                            + scheme
                            + ":// it needs a host, a slash and a path, and no query or fragment");
        }
        if (scheme.equals("ssh") && remote.group("password") != null) {
            return malformed("a password is of no use over ssh; leave it out and use a key");
        }
        return remote(scheme, remote, scheme + "://" + rest);
    }

    private static Parsed remote(String scheme, Matcher parts, String text) {
        String host = parts.group("host").toLowerCase(Locale.ROOT);
        String digits = parts.namedGroups().containsKey("port") ? parts.group("port") : null;
        int port = digits == null ? -1 : Integer.parseInt(digits);
        if (port == 0 || port > 65535) {
            return malformed("its port is not between 1 and 65535");
        }
        try {
            URIish uri = new URIish(text);
            // JGit reads the text once more. Whatever was checked here has to be what it will use.
            if (!host.equalsIgnoreCase(uri.getHost())
                    || uri.getPort() != port
                    || !Objects.equals(uri.getScheme(), text.contains("://") ? scheme : null)) {
                return malformed("it can be read in two ways");
            }
            return new Usable(new GitUrl(scheme, bare(host), port, uri));
        } catch (URISyntaxException _) {
            return malformed("git does not understand it");
        }
    }

    private static Parsed file(String path, Set<String> allowed) {
        if (!allowed.contains("file")) {
            return notAllowed("file", allowed);
        }
        return new Usable(new GitUrl("file", "", -1, new URIish().setScheme("file").setPath(path)));
    }

    /// The address as people may see it: without a password, and without a user name over http,
    /// which is a token with some servers.
    String shown() {
        if (uri.getUser() == null || scheme.equals("ssh")) {
            return uri.toString();
        }
        return withoutSecrets().replaceFirst("://", "://***@");
    }

    /// The address as it may be written into the clone, where anybody's commands can read it.
    String withoutSecrets() {
        return scheme.equals("ssh") ? uri.toString() : uri.setUser(null).setPass(null).toString();
    }

    /// The address of a submodule, which may start with `./` or `../` and then is relative to this.
    String resolve(String submodule) {
        if (!submodule.startsWith("./") && !submodule.startsWith("../")) {
            return submodule;
        }
        String base = uri.toPrivateString().replaceFirst("/+$", "");
        String rest = submodule;
        while (rest.startsWith("./") || rest.startsWith("../")) {
            if (rest.startsWith("../")) {
                int end = Math.max(base.lastIndexOf('/'), base.lastIndexOf(':') + 1);
                base = base.substring(0, end);
            }
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        return base.endsWith(":") ? base + rest : base + "/" + rest;
    }

    boolean isLocal() {
        return scheme.equals("file");
    }

    private static boolean isUnseen(int codePoint) {
        int type = Character.getType(codePoint);
        return Character.isISOControl(codePoint)
                || Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || !Character.isDefined(codePoint)
                || type == Character.FORMAT
                || type == Character.SURROGATE;
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static Unusable malformed(String why) {
        return new Unusable(
                new SourceRefusal(
                        SourceFault.URL_MALFORMED,
                        "This is not the URL of a git repository: "
                                + why
                                + ". Give one like https://host/owner/repository.git."));
    }

    private static Unusable notAllowed(String scheme, Set<String> allowed) {
        String shown = scheme.length() > 20 ? "this scheme" : "'" + scheme + "'";
        String allowing =
                KNOWN.contains(scheme)
                        ? " If it is meant to, add " + scheme + " to " + SCHEMES_KEY + "."
                        : "";
        return new Unusable(
                new SourceRefusal(
                        SourceFault.URL_NOT_ALLOWED,
                        "Runnel clones over "
                                + String.join(", ", allowed.stream().sorted().toList())
                                + " only, not over "
                                + shown
                                + "."
                                + allowing));
    }
}
