package dev.runnel.store.postgres;

import dev.runnel.PostgresResource;
import dev.runnel.eventlog.EventLog;
import dev.runnel.store.RunStore;
import dev.runnel.store.RunStoreContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
class PostgresRunStoreTest extends RunStoreContract {
    @Inject RunStore store;
    @Inject EventLog log;

    @Override
    protected RunStore store() {
        return store;
    }

    @Override
    protected EventLog log() {
        return log;
    }
}
