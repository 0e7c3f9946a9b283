package dev.runnel.sink.aerunner;

import dev.runnel.run.Callbacks;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/// Which objects a receiver is told of.
enum Level {
    /// The run, with everything in it.
    RUN,
    /// Its steps, with their commands.
    STEP,
    /// Their commands, while they print.
    COMMAND;

    String sinkName() {
        return "aerunner-" + name().toLowerCase(Locale.ROOT);
    }

    Optional<URI> targetOf(Callbacks callbacks) {
        return switch (this) {
            case RUN -> callbacks.run();
            case STEP -> callbacks.step();
            case COMMAND -> callbacks.command();
        };
    }
}
