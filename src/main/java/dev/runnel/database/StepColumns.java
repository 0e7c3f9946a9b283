package dev.runnel.database;

import dev.runnel.run.StepRun.StepWait;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Columns of `step` that hold more than a number or a word: `needs`, and `waits_for` with
/// `waits_until`.
public final class StepColumns {
    private static final String APPROVAL = "approval";
    private static final String RETRY = "retry";

    private StepColumns() {}

    /// Numbers of steps as they are stored.
    public static String needs(List<Integer> needs) {
        return needs.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /// The stored numbers.
    ///
    /// @param stored null when it was stored before steps had needs: one ran after the other
    public static List<Integer> needs(int step, @Nullable String stored) {
        if (stored == null) {
            return step > 1 ? List.of(step - 1) : List.of();
        }
        return stored.isEmpty()
                ? List.of()
                : Arrays.stream(stored.split(",", -1)).map(Integer::valueOf).toList();
    }

    /// What a step waits for, as it is stored.
    public static @Nullable String waitsFor(Optional<StepWait> wait) {
        return wait.map(known ->
                        switch (known) {
                            case StepWait.ForApproval _ -> APPROVAL;
                            case StepWait.ForRetry _ -> RETRY;
                        })
                .orElse(null);
    }

    /// Until when a step waits, where that is known.
    public static Optional<Instant> waitsUntil(Optional<StepWait> wait) {
        return wait.flatMap(known ->
                switch (known) {
                    case StepWait.ForApproval _ -> Optional.empty();
                    case StepWait.ForRetry(Instant until) -> Optional.of(until);
                });
    }

    /// What a step waits for.
    public static Optional<StepWait> wait(@Nullable String stored, @Nullable Instant until) {
        if (stored == null) {
            return Optional.empty();
        }
        return Optional.of(
                stored.equals(RETRY) && until != null
                        ? new StepWait.ForRetry(until)
                        : new StepWait.ForApproval());
    }
}
