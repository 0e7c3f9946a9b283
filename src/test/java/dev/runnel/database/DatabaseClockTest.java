package dev.runnel.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runnel.PostgresResource;
import dev.runnel.store.postgres.StoreProfile;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
class DatabaseClockTest {
    private static final InstantSource WRONG = () -> Instant.EPOCH;

    @Inject Database database;

    @Test
    void untilTheDatabaseIsAskedItIsTheMachinesClockAndThenTheDatabases() throws Exception {
        try (DatabaseClock clock = new DatabaseClock(database, WRONG)) {
            assertThat(clock.instant()).isCloseTo(Instant.EPOCH, within(1, ChronoUnit.MINUTES));
            clock.ask();
            // the database of the tests runs on this machine
            assertThat(clock.instant()).isCloseTo(Instant.now(), within(100, ChronoUnit.MILLIS));
        }
    }
}
