package dev.runnel.attempt;

import dev.runnel.executor.StepSpec;
import dev.runnel.run.RunRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers what the first steps of runs asked for, so that the next run of the same repository
/// can be got ready while it clones. In memory, the ones asked for last; safe for any number of
/// threads.
public final class FirstSteps {
    private static final int MOST = 1000;

    private final Map<What, StepSpec> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<What, StepSpec> eldest) {
                    return size() > MOST;
                }
            };

    private record What(String repository, Optional<String> ref, Optional<String> pipeline) {
        static What of(RunRequest request) {
            return new What(request.shownUrl(), request.ref(), request.pipeline());
        }
    }

    /// What the first step of the last run like this one was given, without anything of the run.
    synchronized Optional<StepSpec> of(RunRequest request) {
        return Optional.ofNullable(known.get(What.of(request)));
    }

    /// A run begins with such a step.
    ///
    /// @param first says nothing that is the run's own
    synchronized void remember(RunRequest request, StepSpec first) {
        known.put(What.of(request), first);
    }
}
