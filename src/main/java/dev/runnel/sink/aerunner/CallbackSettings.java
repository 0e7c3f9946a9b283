package dev.runnel.sink.aerunner;

import dev.runnel.run.Callbacks;
import java.time.Duration;
import java.util.Locale;

/// What the operator decided.
///
/// @param targets for the runs whose request names none
/// @param timeout how long a receiver may take to answer
/// @param outputLimit most characters of output in one body
/// @param log whether runs without any callback are written to the log
record CallbackSettings(Callbacks targets, Duration timeout, int outputLimit, boolean log) {
    CallbackSettings {
        for (Level level : Level.values()) {
            if (!level.targetOf(targets).map(Target::isCallable).orElse(true)) {
                throw new IllegalArgumentException(
                        "runnel.callbacks."
                                + level.name().toLowerCase(Locale.ROOT)
                                + "-url is not an http or https address");
            }
        }
    }
}
