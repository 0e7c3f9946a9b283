package dev.runnel.masking;

import dev.runnel.run.RunId;
import java.util.Collection;
import java.util.Set;

/// Keeps the values that commands registered to be masked, so that whoever takes a run over masks
/// them too. They are kept as long as their run, and like the secrets of a request not readable for
/// who reads the database alone.
///
/// Both methods wait and try again, without end, while the database does not answer: who cannot
/// know what to mask must not go on. Safe for any number of threads.
public interface RegisteredValues {

    /// Keeps a value of a run; one that is kept already stays as it is. It is durable when this
    /// returns.
    void keep(RunId run, String value) throws InterruptedException;

    /// The values that commands of these runs registered.
    ///
    /// @throws SecretsUnreadable when some are encrypted with a key that is not there
    Set<String> of(Collection<RunId> runs) throws InterruptedException;
}
