package dev.runnel.run;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a run wants to wait for its turn.
///
/// @param priority from `LOWEST` to `HIGHEST`; higher goes first
/// @param notBefore the earliest time at which it may begin
/// @param concurrency the group of runs of which only some may be live at a time
/// @param labels what the instance has to have that takes it
public record Queueing(
        int priority,
        Optional<Instant> notBefore,
        Optional<Concurrency> concurrency,
        Set<String> labels) {
    /// The lowest priority.
    public static final int LOWEST = -100;

    /// The highest priority.
    public static final int HIGHEST = 100;

    /// As soon as it is its turn.
    public static final Queueing USUAL = new Queueing(0, Optional.empty(), Optional.empty());

    public Queueing {
        labels = Set.copyOf(labels);
    }

    /// On any instance.
    public Queueing(int priority, Optional<Instant> notBefore, Optional<Concurrency> concurrency) {
        this(priority, notBefore, concurrency, Set.of());
    }

    /// Keeps runs of one group from being live at the same time.
    ///
    /// @param group text with the placeholders `${repository}`, `${ref}`, `${pipeline}` and
    ///   `${variables.NAME}`; runs for which it comes to the same are of one group
    /// @param limit how many of the group may be live, at least 1
    /// @param policy what becomes of a run beyond the limit
    public record Concurrency(String group, int limit, Policy policy) {
        /// One group for each branch of each repository.
        public static final String USUAL_GROUP = "${repository} ${ref}";

        private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
        private static final String VARIABLE = "variables.";

        /// What becomes of a run beyond the limit.
        public enum Policy {
            /// It waits until one of the others ends.
            QUEUE,
            /// The oldest of the others are cancelled.
            CANCEL_PREVIOUS,
            /// It is refused.
            REJECT;

            /// The word in kebab case: `cancel-previous`.
            public String code() {
                return name().toLowerCase(Locale.ROOT).replace('_', '-');
            }

            /// The policy with this code.
            public static Optional<Policy> parse(String code) {
                return Arrays.stream(values()).filter(one -> one.code().equals(code)).findFirst();
            }
        }

        /// The placeholders that stand for nothing in this request: unknown ones, and variables
        /// that it does not give.
        public List<String> unknownPlaceholders(RunRequest request) {
            return PLACEHOLDER
                    .matcher(group)
                    .results()
                    .filter(place -> value(place, request).isEmpty())
                    .map(MatchResult::group)
                    .distinct()
                    .toList();
        }

        /// The name of the group, with the placeholders filled.
        public String groupOf(RunRequest request) {
            return PLACEHOLDER
                    .matcher(group)
                    .replaceAll(
                            place -> Matcher.quoteReplacement(value(place, request).orElse("")));
        }

        private static Optional<String> value(MatchResult place, RunRequest request) {
            String name = place.group(1);
            if (name.startsWith(VARIABLE)) {
                return Optional.ofNullable(
                        request.variables().get(name.substring(VARIABLE.length())));
            }
            return switch (name) {
                case "repository" ->
                        Optional.of(
                                RepositoryName.of(request.url())
                                        .toString()
                                        .toLowerCase(Locale.ROOT));
                case "ref" -> Optional.of(request.ref().orElse(""));
                case "pipeline" -> Optional.of(request.pipeline().orElse(""));
                default -> Optional.empty();
            };
        }
    }
}
