package dev.runnel.sink;

import dev.runnel.run.Callbacks;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import java.time.Instant;
import java.util.OptionalLong;

/// The fake does what the real one does.
class MemorySinkPositionsTest extends SinkPositionsContract {
    private final RecordedRuns runs = new RecordedRuns();
    private final MemorySinkPositions positions = new MemorySinkPositions(runs);

    @Override
    protected SinkPositions positions() {
        return positions;
    }

    @Override
    protected RunId run(Instant requestedAt, long events, boolean ended) {
        RunId run = runs.requestedAt(requestedAt, Callbacks.NONE);
        for (long event = ended ? 2 : 1; event <= events; event++) {
            runs.happened(
                    run,
                    new RunEvent.ProgressMade(
                            RunEvent.Activity.CLONE,
                            0,
                            "cloning",
                            OptionalLong.empty(),
                            OptionalLong.empty()));
        }
        if (ended) {
            runs.happened(run, new RunEvent.RunEnded(RunState.FAILED, events));
        }
        return run;
    }
}
