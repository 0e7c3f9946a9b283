package dev.runnel.bench;

import dev.runnel.TestPostgres;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.eventlog.postgres.OpenedLog;
import dev.runnel.logtext.LogTail;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.PipelineRead;
import dev.runnel.run.RunEvent.RunStateChanged;
import dev.runnel.run.RunEvent.StepStateChanged;
import dev.runnel.run.RunId;
import dev.runnel.run.RunRequest;
import dev.runnel.run.RunState;
import dev.runnel.run.StepState;
import io.vertx.core.Vertx;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.LongFunction;

/// Measures how many bytes a million lines take in chunks, beside a table with a row for each line
/// in the same database, and how long it takes to reach the end of a long log.
public final class StorageBench {
    private static final String HELP =
            """
            bench/storage [options]
              --lines N   lines that are stored of each kind (1000000)
              --long N    lines of the long log (10000000)
            """;
    private static final int LINE = 79;
    private static final int ROUNDS = 50;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String[] WORDS = {
        "accepted",
        "request",
        "from",
        "worker",
        "took",
        "status",
        "cache",
        "miss",
        "hit",
        "GET",
        "/api/v1/items/",
        "compiling",
        "module",
        "warning:",
        "unused",
        "test",
        "passed",
        "in"
    };

    private final TestPostgres postgres;
    private final OpenedLog opened;
    private final EventLog log;

    private StorageBench(TestPostgres postgres, OpenedLog opened) {
        this.postgres = postgres;
        this.opened = opened;
        this.log = opened.log();
    }

    /// Measures.
    ///
    /// @param arguments the root of the project, then options
    public static void main(String[] arguments) throws Exception {
        long lines = 1_000_000;
        long longest = 10_000_000;
        for (int place = 1; place < arguments.length; place += 2) {
            switch (arguments[place]) {
                case "--lines" -> lines = Long.parseLong(arguments[place + 1]);
                case "--long" -> longest = Long.parseLong(arguments[place + 1]);
                default -> {
                    System.out.print(HELP);
                    return;
                }
            }
        }
        Vertx vertx = Vertx.vertx();
        try (EmbeddedPostgres server = TestPostgres.server().start()) {
            TestPostgres postgres = new TestPostgres(server.getPort(), "postgres");
            postgres.migrate();
            try (OpenedLog opened = OpenedLog.over(vertx, postgres)) {
                StorageBench bench = new StorageBench(postgres, opened);
                bench.sizes(lines);
                bench.ends(longest);
            }
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        System.out.println("load of the machine: " + Bench.load());
    }

    private void sizes(long lines) throws Exception {
        System.out.printf(
                Locale.ROOT,
                "%-34s %14s %14s %7s %12s%n",
                lines + " lines of " + (LINE + 1) + " bytes",
                "in chunks",
                "row a line",
                "ratio",
                "lines/s");
        Random random = new Random(1);
        size("the same line", lines, _ -> "x".repeat(LINE));
        size("lines of a log", lines, number -> logLine(number, random));
        size("random characters", lines, _ -> randomLine(random));
    }

    private void size(String what, long lines, LongFunction<String> line) throws Exception {
        postgres.execute("truncate event_chunk");
        long began = System.nanoTime();
        write(lines, line);
        double took = (System.nanoTime() - began) / NANOS_PER_SECOND;
        postgres.execute("vacuum full event_chunk");
        long chunks = bytes("event_chunk");
        fillRows(lines, line);
        long rows = bytes("line_row");
        postgres.execute("drop table line_row");
        System.out.printf(
                Locale.ROOT,
                "%-34s %10.1f MiB %10.1f MiB %7.3f %12.0f%n",
                what,
                chunks / (double) (1 << 20),
                rows / (double) (1 << 20),
                chunks / (double) rows,
                lines / took);
    }

    private void ends(long longest) throws Exception {
        postgres.execute("truncate event_chunk");
        Random random = new Random(2);
        Run small = write(10, number -> logLine(number, random));
        Run large = write(longest, number -> logLine(number, random));
        postgres.execute("vacuum analyze event_chunk");
        System.out.printf(
                Locale.ROOT,
                "%n%-44s %14s %14s%n",
                "p50 and p99 in ms of a log with lines",
                "10",
                longest);
        row("its last 10 lines", small, large, this::tail);
        row("the events of the last chunk", small, large, this::lastEvents);
        row("its last 4 KiB of text", small, large, this::lastText);
    }

    private interface Question {
        void ask(Run run);
    }

    private static void row(String what, Run small, Run large, Question question) {
        System.out.printf(
                Locale.ROOT,
                "%-44s %14s %14s%n",
                what,
                timed(small, question),
                timed(large, question));
    }

    private static String timed(Run run, Question question) {
        Timings timings = new Timings();
        for (int round = -ROUNDS; round < ROUNDS; round++) {
            long began = System.nanoTime();
            question.ask(run);
            if (round >= 0) {
                timings.add(System.nanoTime() - began);
            }
        }
        return String.format(
                Locale.ROOT, "%.1f / %.1f", timings.median() / 1e6, timings.quantile(0.99) / 1e6);
    }

    private void tail(Run run) {
        long begin = LogTail.begin(log, run.id(), run.events(), Set.of(), _ -> true, 10);
        log.read(run.id(), begin, 1000);
    }

    private void lastEvents(Run run) {
        log.read(run.id(), run.events() - 1, 1);
    }

    private void lastText(Run run) {
        long end = log.textEnd(run.id()).orElseThrow().bytes();
        log.read(run.id(), log.textBefore(run.id(), Math.max(0, end - 4096)).seq(), 1000);
    }

    /// Writes a log as a driver does.
    private Run write(long lines, LongFunction<String> line) throws Exception {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        Run run =
                Run.requested(
                        RunId.at(now, new Random()), RunRequest.of("https://git.example/a/b"), now);
        Step step = new Step(1, "build", new Image("alpine"), List.of("make"), false);
        try (RunJournal journal = new RunJournal(log, run, opened.leased(run), Clock.systemUTC())) {
            journal.write(RunStateChanged.to(RunState.PENDING));
            journal.write(RunStateChanged.to(RunState.IN_PROGRESS));
            journal.write(
                    new PipelineRead(
                            "0".repeat(40), new Pipeline("default", "/work", List.of(step))));
            journal.write(
                    new StepStateChanged(
                            1,
                            "build",
                            1,
                            StepState.IN_PROGRESS,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()));
            journal.write(new CommandStarted(1, 1, "make"));
            StepAttempt attempt = new StepAttempt(1, 1);
            for (long number = 0; number < lines; number++) {
                OutputLine text = OutputLine.of(line.apply(number));
                journal.output(
                        attempt,
                        new OutputWritten(1, 1, OutputChannel.STDOUT, text),
                        (number + 1) * (LINE + 1));
            }
            journal.flush();
            return journal.run();
        }
    }

    private void fillRows(long lines, LongFunction<String> line) throws SQLException {
        postgres.execute(
                "create table line_row (run uuid not null, seq bigint not null, at timestamptz not"
                        + " null, step integer not null, command integer not null, channel"
                        + " smallint not null, line text not null, primary key (run, seq))");
        try (Connection connection = postgres.connect();
                PreparedStatement insert =
                        connection.prepareStatement(
                                "insert into line_row select '00000000-0000-7000-8000-000000000000',"
                                        + " ? + n, now(), 1, 1, 1, line from unnest(?)"
                                        + " with ordinality as given(line, n)")) {
            List<String> batch = new ArrayList<>();
            for (long number = 0; number < lines; number++) {
                batch.add(line.apply(number));
                if (batch.size() == 10_000 || number == lines - 1) {
                    insert.setLong(1, number + 1 - batch.size());
                    insert.setArray(2, connection.createArrayOf("text", batch.toArray()));
                    insert.execute();
                    batch.clear();
                }
            }
        }
    }

    private long bytes(String table) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select pg_total_relation_size('" + table + "')")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static String logLine(long number, Random random) {
        StringBuilder line = new StringBuilder("2026-01-31T12:00:00.");
        line.append(number % 1000).append(" [").append(random.nextInt(16)).append("] ");
        while (line.length() < LINE) {
            line.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
            if (random.nextInt(3) == 0) {
                line.append(random.nextInt(100_000)).append(' ');
            }
        }
        return line.substring(0, LINE);
    }

    private static String randomLine(Random random) {
        StringBuilder line = new StringBuilder(LINE);
        while (line.length() < LINE) {
            line.append((char) ('!' + random.nextInt('~' - '!')));
        }
        return line.toString();
    }
}
