package dev.runnel.eventlog;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;

class MemoryEventLogTest extends EventLogContract {
    private final MemoryEventLog log = new MemoryEventLog();

    @Override
    protected EventLog log() {
        return log;
    }

    @Override
    protected EventLog otherInstance() {
        return log;
    }

    @Override
    protected long leased(Run run) {
        log.begin(run);
        return log.raiseFence(run.id());
    }

    @Override
    protected long takenOver(RunId run) {
        return log.raiseFence(run);
    }
}
