package dev.runnel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.PostgresResource;
import dev.runnel.store.Instances;
import dev.runnel.store.Instances.Seen;
import dev.runnel.store.InstancesContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StoreProfile.class)
@QuarkusTestResource(PostgresResource.class)
class PostgresInstancesTest extends InstancesContract {
    @Inject Instances instances;

    @Inject
    @ConfigProperty(name = "quarkus.datasource.jdbc.url")
    String url;

    @Override
    protected Instances instances() {
        return instances;
    }

    @Test
    void oneThatHasBeenDeadForADayIsForgotten() throws Exception {
        instances.beat(instance("old", 0, true), Duration.ofSeconds(10));
        instances.beat(instance("older", 0, true), Duration.ofSeconds(10));
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "update instance set alive_until = now() - interval '25 hours'"
                            + " where id = 'older'");
            statement.execute(
                    "update instance set alive_until = now() - interval '23 hours'"
                            + " where id = 'old'");
        }
        instances.beat(instance("new", 0, true), Duration.ofSeconds(10));
        assertThat(instances.all())
                .extracting(seen -> seen.instance().id())
                .containsExactly("new", "old");
        assertThat(instances.all()).extracting(Seen::alive).containsExactly(true, false);
    }
}
