package dev.runnel.store;

import java.time.InstantSource;

class MemoryInstancesTest extends InstancesContract {
    private final Instances instances = new MemoryInstances(InstantSource.system());

    @Override
    protected Instances instances() {
        return instances;
    }
}
