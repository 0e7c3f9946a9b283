package dev.runnel;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Holds the code against the package table of ARCHITECTURE.md and the rules around it.
class PackageTableTest {
    private static final String BASE = "dev.runnel";
    private static final int LONGEST_FILE = 400;
    private static final int LONGEST_TEST = 400;
    private static final int MOST_TYPES = 15;
    // the database is for adapters as the frameworks are
    private static final List<String> FRAMEWORKS =
            List.of(
                    "io.quarkus..",
                    "io.vertx..",
                    "org.hibernate..",
                    "com.fasterxml..",
                    BASE + ".database..");
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Impl|Manager|Util|Utils|Helper|Dto|Service|Info)");
    private static final Set<String> MAY_USE_FRAMEWORKS =
            Set.of("api", "cli", "app", "database", "exchange", "problem", "stream", "preview");
    private static final JavaClasses CODE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(BASE);

    private final Map<String, Set<String>> table = readTable();

    @TestFactory
    Stream<DynamicTest> usesOnlyWhatTheTableAllows() {
        return table.entrySet().stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.getKey(), () -> checkRow(row.getKey(), row.getValue())));
    }

    @Test
    void tableNamesEveryPackage() {
        Set<String> inCode =
                CODE.stream()
                        .map(PackageTableTest::concept)
                        .filter(concept -> !concept.isEmpty())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(table.keySet()).containsExactlyInAnyOrderElementsOf(inCode);
    }

    @Test
    void nothingUsesAnAdapterButItself() {
        Set<String> adapters =
                CODE.stream()
                        .filter(PackageTableTest::isInAdapter)
                        .map(JavaClass::getPackageName)
                        .collect(Collectors.toSet());
        for (String adapter : adapters) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(adapter)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(adapter)
                    .check(CODE);
        }
    }

    @Test
    void conceptsKnowNoFramework() {
        noClasses()
                .that(
                        describe(
                                "are in a concept package",
                                type ->
                                        !isInAdapter(type)
                                                && !MAY_USE_FRAMEWORKS.contains(concept(type))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS.toArray(String[]::new))
                .check(CODE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(BASE + ".(*)..").should().beFreeOfCycles().check(CODE);
    }

    @Test
    void namesSayTheRole() {
        List<String> banned =
                CODE.stream()
                        .filter(type -> !type.getPackageName().contains(".generated"))
                        .map(JavaClass::getSimpleName)
                        .filter(name -> BANNED_NAME.matcher(name).matches())
                        .toList();
        assertThat(banned).isEmpty();
    }

    @Test
    void packagesStaySmall() {
        Map<String, Long> sizes =
                CODE.stream()
                        .filter(type -> type.isTopLevelClass())
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .filter(type -> !type.getSimpleName().contains("_"))
                        .collect(
                                Collectors.groupingBy(
                                        JavaClass::getPackageName, Collectors.counting()));
        sizes.values().removeIf(size -> size <= MOST_TYPES);
        assertThat(sizes).as("packages with more than %d types", MOST_TYPES).isEmpty();
    }

    @Test
    void filesStayShort() {
        assertThat(longerThan(LONGEST_FILE, Path.of("src/main"))).isEmpty();
        assertThat(longerThan(LONGEST_TEST, Path.of("src/test"))).isEmpty();
    }

    private static List<String> longerThan(int limit, Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> lines(file) > limit)
                    .map(Path::toString)
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void checkRow(String name, Set<String> allowed) {
        assertThat(table.keySet()).as("packages that %s may use", name).containsAll(allowed);
        String[] forbidden =
                table.keySet().stream()
                        .filter(other -> !other.equals(name) && !allowed.contains(other))
                        .map(other -> BASE + "." + other + "..")
                        .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(BASE + "." + name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(CODE);
    }

    private static boolean isInAdapter(JavaClass type) {
        return type.getPackageName().split("\\.", -1).length > BASE.split("\\.", -1).length + 1;
    }

    private static String concept(JavaClass type) {
        String below = type.getPackageName().substring(BASE.length());
        return below.isEmpty() ? "" : below.substring(1).split("\\.", -1)[0];
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, Set<String>> readTable() {
        Pattern quoted = Pattern.compile("`([a-z]+)`");
        Map<String, Set<String>> rows = new TreeMap<>();
        String text = read(Path.of("ARCHITECTURE.md"));
        text.substring(text.indexOf("packages:begin"), text.indexOf("packages:end"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1))
                .forEach(cells -> {
                    Set<String> allowed = new TreeSet<>();
                    quoted.matcher(cells[3])
                            .results()
                            .forEach(match -> allowed.add(match.group(1)));
                    rows.put(cells[1].strip().replace("`", ""), allowed);
                });
        assertThat(rows).as("rows of the package table").isNotEmpty();
        return rows;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
