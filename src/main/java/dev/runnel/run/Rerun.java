package dev.runnel.run;

import java.util.List;
import java.util.Optional;

/// What a run repeats, with the facts of the original that it builds on; the original has ended, so
/// they do not change any more.
///
/// @param of the original
/// @param revision full commit id to run; empty for whatever the ref stands for now
/// @param kept for each of the first steps that are not to run again, the run that executed it
/// @param pushed the commit that the branch was at after the kept steps, when one of them pushed
public record Rerun(
        RunId of, Optional<String> revision, List<RunId> kept, Optional<String> pushed) {
    public Rerun {
        kept = List.copyOf(kept);
    }
}
