package dev.runnel.run;

import java.util.regex.Pattern;

/// What a repository is called after its URL, for people and for filters.
///
/// @param owner the path segment before the last, empty when there is only one
/// @param name the last path segment without `.git`
public record RepositoryName(String owner, String name) {
    private static final Pattern SCHEME_AND_HOST =
            Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*://[^/]*/");
    // git's short ssh form, user@host:path
    private static final Pattern SSH_SHORT = Pattern.compile("^[^/:]+:(?!//)");

    /// The name of the repository at this URL, in any form that git takes; never fails.
    public static RepositoryName of(String url) {
        String path = SCHEME_AND_HOST.matcher(url).replaceFirst("");
        path = SSH_SHORT.matcher(path).replaceFirst("");
        path = path.replaceAll("/+$", "").replaceAll("\\.git$", "");
        String[] segments = path.split("/+", -1);
        String last = segments[segments.length - 1];
        String before = segments.length > 1 ? segments[segments.length - 2] : "";
        return new RepositoryName(before, last);
    }

    /// `owner-name`, as the replaced ae-runner names a run; `name` alone without an owner.
    public String dashed() {
        return owner.isEmpty() ? name : owner + "-" + name;
    }

    /// `owner/name`; `name` alone without an owner.
    @Override
    public String toString() {
        return owner.isEmpty() ? name : owner + "/" + name;
    }
}
