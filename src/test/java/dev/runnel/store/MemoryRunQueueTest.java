package dev.runnel.store;

import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.MemoryEventLog;
import java.time.InstantSource;

class MemoryRunQueueTest extends RunLabelsContract {
    private final MemoryEventLog log = new MemoryEventLog();
    private final MemoryRunStore store = new MemoryRunStore(log, InstantSource.system());

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected RunQueue queue() {
        return store.queue();
    }

    @Override
    protected Pauses pauses() {
        return store.pauses();
    }

    @Override
    protected Instances instances() {
        return store.instances();
    }

    @Override
    protected EventLog log() {
        return log;
    }
}
