package dev.runnel.group;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.MemoryEventLog;
import dev.runnel.store.MemoryRunStore;
import dev.runnel.store.RunStore;
import java.time.InstantSource;

class MemoryStepGroupsTest extends StepGroupsContract {
    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, InstantSource.system());
    private final StepGroups groups = new MemoryStepGroups(store.leases());

    @Override
    protected StepGroups groups() {
        return groups;
    }

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected EventLog log() {
        return log;
    }
}
