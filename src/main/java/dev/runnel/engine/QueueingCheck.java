package dev.runnel.engine;

import dev.runnel.engine.RunStarter.Rejection;
import dev.runnel.pipeline.Placement;
import dev.runnel.run.Queueing;
import dev.runnel.run.Queueing.Concurrency;
import dev.runnel.run.RunRequest;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// What the wishes of a request about its turn must satisfy.
final class QueueingCheck {
    private static final int LONGEST_GROUP = 255;
    private static final int HIGHEST_LIMIT = 1000;
    // what RFC 3339 can write
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private QueueingCheck() {}

    static void check(RunRequest request, List<Rejection> rejections) {
        Queueing queueing = request.queueing();
        if (queueing.priority() < Queueing.LOWEST || queueing.priority() > Queueing.HIGHEST) {
            rejections.add(
                    new Rejection(
                            "/priority",
                            queueing.priority() + " is not a priority",
                            "give a number from "
                                    + Queueing.LOWEST
                                    + " to "
                                    + Queueing.HIGHEST
                                    + "; higher goes first"));
        }
        queueing.notBefore()
                .filter(time -> time.isBefore(Instant.EPOCH) || time.isAfter(LATEST))
                .ifPresent(_ ->
                        rejections.add(
                                new Rejection(
                                        "/notBefore",
                                        "this time is out of range",
                                        "give one of the years 1970 to 9999")));
        queueing.concurrency().ifPresent(one -> checkConcurrency(one, request, rejections));
        checkLabels(queueing.labels(), rejections);
    }

    private static void checkLabels(Set<String> labels, List<Rejection> rejections) {
        if (labels.size() > Placement.MOST_LABELS) {
            rejections.add(
                    new Rejection(
                            "/labels",
                            "there are " + labels.size() + " labels",
                            "give " + Placement.MOST_LABELS + " at the most"));
            return;
        }
        if (!labels.stream().allMatch(Placement::isLabel)) {
            rejections.add(
                    new Rejection(
                            "/labels",
                            "one of these cannot be a label",
                            "a label has 1 to 63 letters, digits, `.`, `_` and `-`, and begins with"
                                    + " a letter or a digit"));
        }
    }

    private static void checkConcurrency(
            Concurrency concurrency, RunRequest request, List<Rejection> rejections) {
        if (concurrency.limit() < 1 || concurrency.limit() > HIGHEST_LIMIT) {
            rejections.add(
                    new Rejection(
                            "/concurrency/limit",
                            concurrency.limit() + " is not a limit",
                            "give a number from 1 to " + HIGHEST_LIMIT));
        }
        String group = "/concurrency/group";
        if (concurrency.group().isBlank() || concurrency.group().length() > LONGEST_GROUP) {
            rejections.add(
                    new Rejection(
                            group,
                            "a group's name has 1 to " + LONGEST_GROUP + " characters",
                            "leave it out for one group for each branch of each repository"));
            return;
        }
        List<String> unknown = concurrency.unknownPlaceholders(request);
        if (!unknown.isEmpty()) {
            rejections.add(
                    new Rejection(
                            group,
                            "this request has nothing for " + String.join(", ", unknown),
                            "use ${repository}, ${ref}, ${pipeline} and ${variables.NAME} of"
                                    + " variables that it gives"));
            return;
        }
        String filled = concurrency.groupOf(request);
        if (filled.isBlank() || filled.length() > LONGEST_GROUP) {
            rejections.add(
                    new Rejection(
                            group,
                            "with its placeholders filled it has "
                                    + filled.length()
                                    + " characters",
                            "it may have 1 to " + LONGEST_GROUP));
        }
    }
}
