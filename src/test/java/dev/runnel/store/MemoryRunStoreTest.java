package dev.runnel.store;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.MemoryEventLog;
import java.time.InstantSource;

class MemoryRunStoreTest extends RunStoreContract {
    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, InstantSource.system());

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected EventLog log() {
        return log;
    }
}
