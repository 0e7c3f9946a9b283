package dev.runnel.engine;

import dev.runnel.engine.RunStarter.Rejection;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunRequest.PullRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What every request must satisfy, wherever it comes from.
final class RequestCheck {
    private static final int MOST_VARIABLES = 100;
    private static final int LONGEST_VALUE = 32 * 1024;
    private static final int LONGEST_NAME = 255;
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
    // the characters that git check-ref-format forbids, and a leading dash, which looks like an
    // option
    private static final Pattern REF =
            Pattern.compile("(?!-)(?!.*\\.\\.)(?!.*@\\{)[^\\x00-\\x20\\x7f~^:?*\\[\\\\]{1,255}");

    private static final Pattern ID = Pattern.compile("[\\x21-\\x7E]{1,255}");

    private RequestCheck() {}

    static List<Rejection> rejectionsOf(
            RunRequest request, Function<String, Optional<String>> urlRefusal) {
        List<Rejection> rejections = new ArrayList<>();
        urlRefusal
                .apply(request.url())
                .ifPresent(message -> rejections.add(new Rejection("/url", message, "")));
        // a pull request without a ref has its source for one
        request.ref()
                .filter(ref -> request.pullRequest().filter(p -> p.source().equals(ref)).isEmpty())
                .filter(ref -> !REF.matcher(ref).matches())
                .ifPresent(_ ->
                        rejections.add(
                                new Rejection(
                                        "/ref",
                                        "this is not the name of a branch, a tag or a commit",
                                        "use a name that git itself would accept")));
        request.pipeline()
                .filter(name -> name.isBlank() || name.length() > LONGEST_NAME)
                .ifPresent(_ ->
                        rejections.add(
                                new Rejection(
                                        "/pipeline",
                                        "a pipeline's name has 1 to 255 characters",
                                        "leave it out for the default pipeline")));
        request.pullRequest().ifPresent(pull -> checkPullRequest(pull, rejections));
        checkVariables("variables", request.variables(), rejections);
        checkVariables("secrets", request.secrets(), rejections);
        checkNames(request, rejections);
        QueueingCheck.check(request, rejections);
        return rejections;
    }

    private static void checkPullRequest(PullRequest pull, List<Rejection> rejections) {
        checkBranch("source", pull.source(), rejections);
        checkBranch("target", pull.target(), rejections);
        pull.id()
                .filter(id -> !ID.matcher(id).matches())
                .ifPresent(_ ->
                        rejections.add(
                                new Rejection(
                                        "/pullRequest/id",
                                        "this is not the id of a pull request",
                                        "use up to 255 characters that can be seen, the number for"
                                                + " example")));
    }

    private static void checkBranch(String field, String branch, List<Rejection> rejections) {
        if (!REF.matcher(branch).matches()) {
            rejections.add(
                    new Rejection(
                            "/pullRequest/" + field,
                            "this is not the name of a branch",
                            "use a name that git itself would accept"));
        }
    }

    private static void checkNames(RunRequest request, List<Rejection> rejections) {
        new TreeSet<>(request.secrets().keySet())
                .stream()
                        .filter(request.variables()::containsKey)
                        .forEach(name ->
                                rejections.add(
                                        new Rejection(
                                                pointer("secrets", name),
                                                "there is a variable of this name too",
                                                "leave out one of the two")));
    }

    private static String pointer(String group, String name) {
        return "/" + group + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private static void checkVariables(
            String group, Map<String, String> variables, List<Rejection> rejections) {
        if (variables.size() > MOST_VARIABLES) {
            rejections.add(
                    new Rejection(
                            "/" + group,
                            "there are " + variables.size() + " " + group,
                            "give " + MOST_VARIABLES + " at the most"));
            return;
        }
        new TreeMap<>(variables)
                .forEach((name, value) -> {
                    String field = pointer(group, name);
                    if (!VARIABLE.matcher(name).matches()) {
                        rejections.add(
                                new Rejection(
                                        field,
                                        "this is not the name of a variable",
                                        "use letters, digits and _, not beginning with a"
                                                + " digit"));
                    }
                    if (value.indexOf('\0') >= 0 || value.length() > LONGEST_VALUE) {
                        rejections.add(
                                new Rejection(
                                        field,
                                        "a value has no NUL and 32,768 characters at the" + " most",
                                        "put larger data into a file of the repository"));
                    }
                });
    }
}
