package dev.runnel.bench;

import dev.runnel.store.RunRetention;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/// Measures how long it takes to remove the logs of a month, and how much the runs of that month
/// after it; beside it the same lines in a table with a row for each line, in the same database.
public final class RetentionBench {
    private static final int BATCH = 50;
    private static final int RUN_BATCH = 500;
    private static final int MONTHS = 3;
    private static final long MONTH_SECONDS = 30L * 24 * 3600;
    private static final double NANOS_PER_SECOND = 1e9;

    static final String HELP =
            """
            bench/retention [options]
              --runs N    runs of a month (2000)
              --lines N   lines of each (1000)
            """;

    private static final int LINES_OF_A_CHUNK = 200;

    // a chunk of lines of 80 bytes takes about a tenth of that; random, so that it does not shrink
    private static final String CHUNKS =
            """
            insert into event_chunk (run, first_seq, last_seq, fence, encoding, payload)
            select run.id, 1 + (c - 1) * LINES, c * LINES, 1, 1,
                decode(repeat(md5(run.id::text || c), LINES / 4), 'hex')
            from run, generate_series(1, CHUNKS) as c
            """;
    private static final String ROWS =
            """
            create table line (run uuid not null, seq bigint not null, at timestamptz not null,
                step int not null, text text not null, primary key (run, seq))
            """;
    private static final String FILL_ROWS =
            """
            insert into line select run.id, n, run.finished_at, 1, repeat('x', 80)
            from run, generate_series(1, LINES) as n
            """;

    private RetentionBench() {}

    /// Measures.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments).subList(1, arguments.length);
        if (given.contains("--help")) {
            System.out.print(HELP);
            return;
        }
        int runs = number(given, "--runs", 2000);
        int lines = number(given, "--lines", 1000);
        try (QueueDatabase database = QueueDatabase.start();
                QueueDatabase.Instances opened = database.open(1)) {
            measure(database, opened.opened().getFirst().retention(), runs, lines);
        }
    }

    private static int number(List<String> given, String option, int otherwise) {
        int at = given.indexOf(option);
        return at < 0 ? otherwise : Integer.parseInt(given.get(at + 1));
    }

    private static void measure(QueueDatabase database, RunRetention retention, int runs, int lines)
            throws SQLException {
        Instant now = Instant.now();
        long first = now.getEpochSecond() - MONTHS * MONTH_SECONDS;
        long apart = MONTH_SECONDS / runs;
        database.fillFinished(MONTHS * runs);
        int chunks = Math.ceilDiv(lines, LINES_OF_A_CHUNK);
        database.execute(
                "update run set finished_at = to_timestamp(%d + %d * n.n) from (select id, row_number() over (order by id) as n from run) n where n.id = run.id"
                        .formatted(first, apart),
                CHUNKS.replace("LINES", String.valueOf(LINES_OF_A_CHUNK))
                        .replace("CHUNKS", String.valueOf(chunks)),
                ROWS,
                FILL_ROWS.replace("LINES", String.valueOf(lines)),
                "vacuum analyze");
        Instant month = Instant.ofEpochSecond(first + MONTH_SECONDS);
        System.out.printf(
                Locale.ROOT,
                "%d months of %,d runs of %,d lines each; the first month is removed%n",
                MONTHS,
                runs,
                lines);

        long before = System.nanoTime();
        int logs = 0;
        long longest = 0;
        int last;
        do {
            long started = System.nanoTime();
            last = retention.removeLogs(month, BATCH);
            longest = Math.max(longest, System.nanoTime() - started);
            logs += last;
        } while (last == BATCH);
        line("logs of a month, in batches of " + BATCH, logs, System.nanoTime() - before);
        System.out.printf(
                Locale.ROOT, "  longest batch %46.1f ms%n", longest / NANOS_PER_SECOND * 1e3);

        before = System.nanoTime();
        database.execute(
                "delete from line using run where run.id = line.run and run.finished_at < '%s'"
                        .formatted(month));
        line("the same lines, a row each, in one delete", logs, System.nanoTime() - before);

        before = System.nanoTime();
        int removed = 0;
        do {
            last = retention.removeRuns(month, RUN_BATCH);
            removed += last;
        } while (last == RUN_BATCH);
        line(
                "the runs themselves, in batches of " + RUN_BATCH,
                removed,
                System.nanoTime() - before);
    }

    private static void line(String what, int count, long nanos) {
        double seconds = nanos / NANOS_PER_SECOND;
        System.out.printf(
                Locale.ROOT,
                "  %-45s %8d in %8.2f s %10.0f /s%n",
                what,
                count,
                seconds,
                count / seconds);
    }
}
