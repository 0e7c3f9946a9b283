package dev.runnel.store.postgres;

import dev.runnel.run.RunId;
import dev.runnel.store.RunQueue.Held;
import dev.runnel.store.RunQueue.Spot;
import dev.runnel.store.RunQueue.Waiting;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads waiting runs in the order of the queue, each section of it through the index that it has.
final class QueueListing {
    static final int SECTIONS = 3;

    /// Before the first run.
    static final Spot START = new Spot(0, Short.MIN_VALUE, -1, -1, 0);

    private static final String ORPHANED =
            " from run where not ended and instance is null and (fence > 0 or cancel_requested)";
    private static final String CLAIMABLE =
            " from run where not ended and instance is null and held is null and fence = 0"
                    + " and not cancel_requested";
    private static final String HELD =
            " from run where not ended and instance is null and held is not null and fence = 0"
                    + " and not cancel_requested";

    // whether no instance has its labels that takes runs now
    private static final String ROW =
            "select *, labels is not null and not labels_live(labels) as stuck";

    private static final List<String> LISTS =
            List.of(
                    ROW + ORPHANED + " and ticket > $1 order by ticket limit $2::integer",
                    ROW
                            + CLAIMABLE
                            + " and ((-priority), rank, ticket) > ($1::smallint, $2, $3)"
                            + " order by (-priority), rank, ticket limit $4::integer",
                    ROW
                            + HELD
                            + " and ((-priority), ticket) > ($1::smallint, $2)"
                            + " order by (-priority), ticket limit $3::integer");

    // how many come before
    private static final List<String> COUNTS =
            List.of(
                    "select count(*) as before" + ORPHANED + " and ticket < $1",
                    "select (select count(*)"
                            + ORPHANED
                            + ") + (select count(*)"
                            + CLAIMABLE
                            + " and ((-priority), rank, ticket) < ($1::smallint, $2, $3)) as before",
                    "select (select count(*)"
                            + ORPHANED
                            + ") + (select count(*)"
                            + CLAIMABLE
                            + ") + (select count(*)"
                            + HELD
                            + " and ((-priority), ticket) < ($1::smallint, $2)) as before");

    private static final String FIND =
            ROW + " from run where id = $1::uuid and not ended and instance is null";

    private final Questions questions;

    QueueListing(Questions questions) {
        this.questions = questions;
    }

    /// Before the first run of a section, counting on from a spot of an earlier one.
    static Spot startOf(int section, Spot last) {
        return new Spot(section, START.urgency(), START.rank(), START.ticket(), last.position());
    }

    /// What follows a spot within its section.
    List<Waiting> section(Spot after, int limit) {
        Tuple parameters = key(after).addInteger(limit);
        List<Waiting> found = new ArrayList<>();
        for (Row row : questions.query(LISTS.get(after.section()), parameters)) {
            found.add(waiting(row, after.position() + found.size() + 1));
        }
        return found;
    }

    Optional<Waiting> find(RunId run) {
        for (Row row : questions.query(FIND, Tuple.of(run.value()))) {
            Spot spot = spot(row, 0);
            long before = questions.row(COUNTS.get(spot.section()), key(spot)).getLong("before");
            return Optional.of(waiting(row, before + 1));
        }
        return Optional.empty();
    }

    private static Tuple key(Spot spot) {
        return switch (spot.section()) {
            case 0 -> Tuple.of(spot.ticket());
            case 1 -> Tuple.of((short) spot.urgency(), spot.rank(), spot.ticket());
            default -> Tuple.of((short) spot.urgency(), spot.ticket());
        };
    }

    private static Waiting waiting(Row row, long position) {
        Spot spot = spot(row, position);
        boolean stuck = row.getBoolean("stuck") && !row.getBoolean("cancel_requested");
        Optional<Held> held =
                spot.section() == 2
                        ? Optional.ofNullable(row.getString("held")).flatMap(Held::parse)
                        : Optional.of(Held.LABELS).filter(_ -> stuck);
        return new Waiting(
                RunRow.of(row).toRun(List.of()), position, held, RunClaims.labels(row), spot);
    }

    private static Spot spot(Row row, long position) {
        boolean orphaned = row.getLong("fence") > 0 || row.getBoolean("cancel_requested");
        int section = orphaned ? 0 : row.getString("held") == null ? 1 : 2;
        int urgency = -row.getInteger("priority");
        return new Spot(section, urgency, row.getLong("rank"), row.getLong("ticket"), position);
    }
}
