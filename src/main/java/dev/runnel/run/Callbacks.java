package dev.runnel.run;

import java.net.URI;
import java.util.Optional;

/// Where the three levels of a run are told about, each optional; what is told is the concern of
/// the sink.
///
/// @param run target for changes of the run
/// @param step target for changes of its steps
/// @param command target for changes of their commands
/// @param protocol how the targets are called
public record Callbacks(
        Optional<URI> run, Optional<URI> step, Optional<URI> command, Protocol protocol) {

    /// Nobody is told.
    public static final Callbacks NONE =
            new Callbacks(Optional.empty(), Optional.empty(), Optional.empty(), Protocol.POST);

    /// How a callback target is called.
    public enum Protocol {
        /// The object is posted again on every change.
        POST,
        /// The object is posted once; `_links.self.href` of the answer is patched on every change.
        REGISTER
    }

    /// Whether nobody is told.
    public boolean isNone() {
        return run.isEmpty() && step.isEmpty() && command.isEmpty();
    }
}
