package dev.runnel.group.postgres;

import dev.runnel.PostgresResource;
import dev.runnel.eventlog.EventLog;
import dev.runnel.group.StepGroups;
import dev.runnel.group.StepGroupsContract;
import dev.runnel.store.RunStore;
import dev.runnel.store.postgres.StoreProfile;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
class PostgresStepGroupsTest extends StepGroupsContract {
    @Inject StepGroups groups;
    @Inject RunStore store;
    @Inject EventLog log;

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
