package dev.runnel.store.postgres;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.run.RunState;
import dev.runnel.store.RunStore.RunFilter;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.reactive.mutiny.Mutiny;

/// Finds and lists runs through their entities. Each run comes out of one statement together with
/// its steps, so the two never tell of different times.
final class RunLists {
    private static final String BY_ID =
            "from RunRow run left join fetch run.steps where run.id = ?1";
    private static final String BY_IDS =
            "from RunRow run left join fetch run.steps where run.id in ?1 order by run.id desc";

    private RunLists() {}

    static Uni<Optional<Run>> find(RunId id) {
        return RunRow.<RunRow>list(BY_ID, id.value())
                .map(rows -> rows.stream().findFirst().map(RunLists::run));
    }

    /// Newest first.
    static Uni<List<Run>> list(
            Mutiny.Session session, RunFilter filter, Optional<RunId> after, int limit) {
        return ids(session, filter, after, limit)
                .chain(ids ->
                        ids.isEmpty()
                                ? Uni.createFrom().item(List.<RunRow>of())
                                : RunRow.<RunRow>list(BY_IDS, ids))
                .map(rows -> rows.stream().map(RunLists::run).toList());
    }

    // a join with the steps cannot be limited to a number of runs
    private static Uni<List<UUID>> ids(
            Mutiny.Session session, RunFilter filter, Optional<RunId> after, int limit) {
        List<String> conditions = new ArrayList<>();
        Map<String, Object> parameters = new HashMap<>();
        if (!filter.states().isEmpty()) {
            conditions.add("run.state in (" + literals(filter.states()) + ")");
        }
        filter.repository()
                .ifPresent(repository -> {
                    conditions.add("run.repository = :repository");
                    parameters.put("repository", repository.toLowerCase(Locale.ROOT));
                });
        filter.createdFrom()
                .ifPresent(from -> {
                    // ids sort by time, and they have the index
                    conditions.add("run.createdAt >= :from and run.id >= :fromId");
                    parameters.put("from", from);
                    parameters.put("fromId", RunId.earliestAt(from).value());
                });
        filter.createdTo()
                .ifPresent(to -> {
                    conditions.add("run.createdAt < :to and run.id < :toId");
                    parameters.put("to", to);
                    parameters.put("toId", RunId.earliestAt(to.plusMillis(1)).value());
                });
        after.ifPresent(last -> {
            conditions.add("run.id < :after");
            parameters.put("after", last.value());
        });
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        Mutiny.SelectionQuery<UUID> query =
                session.createSelectionQuery(
                        "select run.id from RunRow run" + where + " order by run.id desc",
                        UUID.class);
        parameters.forEach(query::setParameter);
        return query.setMaxResults(limit).getResultList();
    }

    // few states are rare, and a plan that serves every state would look for them among all runs
    private static String literals(Set<RunState> states) {
        return states.stream()
                .sorted()
                .map(state -> RunState.class.getName() + "." + state.name())
                .collect(Collectors.joining(", "));
    }

    private static Run run(RunRow row) {
        return row.toRun(row.steps);
    }
}
