package dev.runnel.store.postgres;

import dev.runnel.database.Database;
import dev.runnel.run.RunId;
import dev.runnel.store.RunQueue;
import dev.runnel.store.RunStore.Change;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The queue in Postgres: what the functions of the migration decide, and lists of it.
@Singleton
final class PostgresRunQueue implements RunQueue {
    private static final int MOST_AT_ONCE = 500;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    // while other instances cannot be heard, the queue has to be looked at
    private static final Duration DEAF_WAIT = Duration.ofSeconds(1);

    private static final String PROMOTE_DUE = "select * from queue_promote_due($1::integer)";
    private static final String SETTLE = "select group_settle($1::text) as promoted";
    private static final String SETTLE_GROUP_OF =
            """
            select group_settle(concurrency_group) as promoted from run
            where id = $1::uuid and concurrency_group is not null
            """;

    // steps from group to group through the index, past the many runs of each
    private static final String GROUPS_WITH_ROOM =
            """
            with recursive held_group (name) as (
                (select concurrency_group from run
                    where not ended and instance is null and held = 'group' and fence = 0
                        and not cancel_requested
                    order by concurrency_group limit 1)
                union all
                select (
                    select concurrency_group from run
                    where not ended and instance is null and held = 'group' and fence = 0
                        and not cancel_requested and concurrency_group > held_group.name
                    order by concurrency_group limit 1)
                from held_group where name is not null)
            select name from held_group where name is not null and (
                select count(*) from run
                where not ended and concurrency_group is not null
                    and (held is null or held = 'repository-paused') and concurrency_group = name)
                < (
                select concurrency_limit from run
                where not ended and instance is null and held = 'group' and fence = 0
                    and not cancel_requested and concurrency_group = name
                order by (-priority), ticket limit 1)
            """;

    private static final String PAUSED = "select repository from pause where scope = 'repository'";
    private static final String WRONGLY_HELD =
            """
            select distinct repository from run
            where not ended and instance is null and held = 'repository-paused' and fence = 0
                and not cancel_requested
                and not exists (
                    select from pause
                    where scope = 'repository' and pause.repository = run.repository)
            """;

    private static final String DEPTH =
            """
            select
                (select count(*) from run where not ended and instance is null) as waiting,
                (select min(greatest(created_at, not_before)) from run
                    where not ended and instance is null
                        and greatest(created_at, not_before) <= now()) as oldest,
                (select count(*) from run
                    where not ended and instance is not null and leased_until >= now()) as running
            """;
    private static final String HELD =
            """
            select held, count(*) as runs from run
            where not ended and instance is null and held is not null and fence = 0
                and not cancel_requested
            group by held
            union all
            select 'labels', sum(runs)::bigint from (
                select labels, count(*) as runs from run
                where not ended and instance is null and labels is not null
                    and not cancel_requested and (fence > 0 or held is null)
                group by labels) as label_set
            where not labels_live(labels)
            having sum(runs) > 0
            """;

    private final Questions questions;
    private final QueueNews news;
    private final RepositoryHolds holds;
    private final QueueListing listing;

    @Inject
    PostgresRunQueue(Database database, QueueNews news) {
        this.questions = new Questions(database);
        this.news = news;
        this.holds = new RepositoryHolds(questions);
        this.listing = new QueueListing(questions);
    }

    @Override
    public Promotion promoteDue() {
        Row row = questions.row(PROMOTE_DUE, Tuple.of(MOST_AT_ONCE));
        int due = row.getInteger("promoted");
        for (String group : row.getArrayOfStrings("groups")) {
            questions.query(SETTLE, Tuple.of(group));
        }
        if (due > 0) {
            news.tell(Change.CLAIMABLE);
        }
        return new Promotion(
                due, due == MOST_AT_ONCE ? Duration.ZERO : askAgain(row.getLong("wait_millis")));
    }

    private Duration askAgain(@Nullable Long millis) {
        Duration most = news.hearsOthers() ? LONGEST_WAIT : DEAF_WAIT;
        if (millis == null) {
            return most;
        }
        long within = Math.clamp(millis, SHORTEST_WAIT.toMillis(), most.toMillis());
        return Duration.ofMillis(within);
    }

    @Override
    public void ended(RunId run) {
        tellIfPromoted(questions.query(SETTLE_GROUP_OF, Tuple.of(run.value())));
    }

    private void tellIfPromoted(RowSet<Row> settled) {
        for (Row row : settled) {
            if (row.getInteger("promoted") > 0) {
                news.tell(Change.CLAIMABLE);
            }
        }
    }

    @Override
    public void repair() {
        for (Row row : questions.query(GROUPS_WITH_ROOM, Tuple.tuple())) {
            tellIfPromoted(questions.query(SETTLE, Tuple.of(row.getString("name"))));
        }
        for (Row row : questions.query(PAUSED, Tuple.tuple())) {
            holds.hold(row.getString("repository"));
        }
        for (Row row : questions.query(WRONGLY_HELD, Tuple.tuple())) {
            holds.release(row.getString("repository"));
            news.tell(Change.CLAIMABLE);
        }
    }

    @Override
    public Depth depth() {
        Map<Held, Long> held = new EnumMap<>(Held.class);
        for (Row row : questions.query(HELD, Tuple.tuple())) {
            Held.parse(row.getString("held"))
                    .ifPresent(known -> held.put(known, row.getLong("runs")));
        }
        Row row = questions.row(DEPTH, Tuple.tuple());
        return new Depth(
                row.getLong("waiting"),
                held,
                Optional.ofNullable(row.getOffsetDateTime("oldest")).map(OffsetDateTime::toInstant),
                row.getLong("running"));
    }

    @Override
    public List<Waiting> waiting(Optional<Spot> after, int limit) {
        List<Waiting> page = new ArrayList<>();
        Spot last = after.orElse(QueueListing.START);
        for (int section = last.section(); section < QueueListing.SECTIONS; section++) {
            Spot from = section == last.section() ? last : QueueListing.startOf(section, last);
            page.addAll(listing.section(from, limit - page.size()));
            if (page.size() == limit) {
                return page;
            }
            if (!page.isEmpty()) {
                last = page.getLast().spot();
            }
        }
        return page;
    }

    @Override
    public Optional<Waiting> waiting(RunId run) {
        return listing.find(run);
    }
}
