package dev.runnel.bench;

import dev.runnel.condition.Expression;
import dev.runnel.format.PipelineFile;
import dev.runnel.format.PipelineFormat;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Problem;
import dev.runnel.preview.Preview;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// How long a pipeline file takes to be read and planned, for growing numbers of steps; and which
/// files of a folder can be read without an error.
public final class Language {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final List<Integer> SIZES = List.of(10, 1_000, 10_000);
    private static final String HELP =
            """
            bench/language [--rounds N] [FOLDER]
              --rounds N       how often each file is read (20)
              FOLDER           real pipeline files (*.yml, *.yaml) below it are read as well
            """;

    private final PipelineFormat format =
            ServiceLoader.load(PipelineFormat.class).findFirst().orElseThrow();
    private final Preview preview = new Preview(List.of(format));

    private Language() {}

    /// Measures and prints.
    ///
    /// @param args the project's folder, then the options
    public static void main(String[] args) throws IOException {
        int rounds = 20;
        Path folder = null;
        for (int place = 1; place < args.length; place++) {
            if (args[place].equals("--rounds") && place + 1 < args.length) {
                rounds = Integer.parseInt(args[++place]);
            } else if (args[place].startsWith("-")) {
                System.out.print(HELP);
                return;
            } else {
                folder = Path.of(args[place]);
            }
        }
        Language language = new Language();
        language.times(rounds);
        if (folder != null) {
            language.share(folder);
        }
    }

    private void times(int rounds) {
        long started = System.nanoTime();
        Expression.parse("branch == 'main'");
        System.out.printf(
                Locale.ROOT,
                "first expression, with the loading of its language: %.0f ms%n%n",
                (System.nanoTime() - started) / NANOS_PER_MILLI);
        System.out.println("  steps   bytes   read ms (p90)    plan ms (p90)   us a step");
        for (int size : SIZES) {
            PipelineFile file = file(size);
            double[] read = measure(rounds, () -> format.read(file, Selection.DEFAULT));
            double[] plan =
                    measure(rounds, () -> preview.plan(file, Selection.DEFAULT).json().toString());
            System.out.printf(
                    Locale.ROOT,
                    "%7d %7d %8.2f (%.2f) %9.2f (%.2f) %8.1f%n",
                    size,
                    file.content().length,
                    read[0],
                    read[1],
                    plan[0],
                    plan[1],
                    read[0] * 1_000 / size);
        }
    }

    /// Median and 90th percentile in milliseconds, after as many rounds that do not count.
    private static double[] measure(int rounds, Supplier<Object> work) {
        double[] times = new double[rounds];
        int used = 0;
        for (int round = 0; round < 2 * rounds; round++) {
            long started = System.nanoTime();
            used += work.get().hashCode() == 0 ? 1 : 0;
            times[round % rounds] = (System.nanoTime() - started) / NANOS_PER_MILLI;
        }
        Arrays.sort(times);
        return new double[] {times[rounds / 2], times[rounds * 9 / 10], used};
    }

    private static PipelineFile file(int steps) {
        StringBuilder text = new StringBuilder("image: alpine\npipelines:\n  default:\n");
        for (int number = 1; number <= steps; number++) {
            text.append("    - step:\n        name: Step number ").append(number).append('\n');
            if (number % 3 == 0) {
                text.append("        needs: Step number ").append(number / 3).append('\n');
            }
            text.append("        script: [make]\n");
        }
        return new PipelineFile(
                "fxq-pipeline.yml", text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void share(Path folder) throws IOException {
        Map<String, Integer> codes = new TreeMap<>();
        int read = 0;
        int runs = 0;
        int all = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path path : files.filter(Language::isYaml).sorted().toList()) {
                PipelineFile file =
                        new PipelineFile(
                                folder.relativize(path).toString(), Files.readAllBytes(path));
                List<Problem> errors =
                        format.check(file).stream()
                                .filter(one -> one.severity() == Problem.Severity.ERROR)
                                .toList();
                all++;
                read += errors.isEmpty() ? 1 : 0;
                runs += format.read(file, Selection.DEFAULT) instanceof Reading.Accepted ? 1 : 0;
                errors.forEach(error -> System.out.println(error.toLine()));
                errors.stream()
                        .map(Language::kind)
                        .distinct()
                        .forEach(code -> codes.merge(code, 1, Integer::sum));
            }
        }
        System.out.printf("%n%d of %d files have no error in any pipeline;%n", read, all);
        System.out.printf("the default pipeline of %d can run as it is%n", runs);
        codes.forEach((code, count) -> System.out.printf("%5d files: %s%n", count, code));
    }

    private static String kind(Problem problem) {
        return problem.code().equals("not-supported")
                ? problem.code() + ", " + problem.message()
                : problem.code();
    }

    private static boolean isYaml(Path path) {
        String name = path.toString();
        return Files.isRegularFile(path) && (name.endsWith(".yml") || name.endsWith(".yaml"));
    }
}
