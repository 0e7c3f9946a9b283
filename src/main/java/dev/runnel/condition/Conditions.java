package dev.runnel.condition;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The language of conditions, loaded when the first one is read.
///
/// A program of the language always ends. That it ends soon is our affair: its text, its nesting
/// and its iterations are limited, it can build no lists, and it is given a second.
final class Conditions {
    private static final int DEEPEST = 32;
    private static final int MOST_ITERATIONS = 10_000;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String GLOB = "text_glob";

    // what the parser and the checker add for machines and readers of grammars
    private static final Pattern EXPECTING = Pattern.compile(",? ?expecting .*", Pattern.DOTALL);
    private static final Pattern CONTAINER = Pattern.compile(" \\(in container ''\\)");
    private static final Pattern PLACE = Pattern.compile("evaluation error at <input>:\\d+: ");

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(Expression.LONGEST)
                    .maxParseRecursionDepth(DEEPEST)
                    .comprehensionMaxIterations(MOST_ITERATIONS)
                    .build();

    private static final MapType TEXTS = MapType.create(SimpleType.STRING, SimpleType.STRING);

    private static final CelCompiler COMPILER =
            CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(
                            CelStandardMacro.HAS,
                            CelStandardMacro.ALL,
                            CelStandardMacro.EXISTS,
                            CelStandardMacro.EXISTS_ONE)
                    .addVar("variables", TEXTS)
                    .addVar("ref", SimpleType.STRING)
                    .addVar("branch", SimpleType.STRING)
                    .addVar("tag", SimpleType.STRING)
                    .addVar("changed", ListType.create(SimpleType.STRING))
                    .addVar("outcomes", TEXTS)
                    .addVar("outputs", MapType.create(SimpleType.STRING, TEXTS))
                    .addFunctionDeclarations(
                            CelFunctionDecl.newFunctionDeclaration(
                                    "glob",
                                    CelOverloadDecl.newMemberOverload(
                                            GLOB,
                                            SimpleType.BOOL,
                                            SimpleType.STRING,
                                            SimpleType.STRING)))
                    .setResultType(SimpleType.BOOL)
                    .build();

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.standardCelRuntimeBuilder()
                    .setOptions(OPTIONS)
                    .addFunctionBindings(
                            CelFunctionBinding.from(
                                    GLOB,
                                    String.class,
                                    String.class,
                                    (text, glob) -> Globs.matches(glob, text)))
                    .build();

    private Conditions() {}

    /// What came of compiling a text.
    sealed interface Outcome {}

    /// @param column in characters from 1, or 0
    record Faulty(String message, int column) implements Outcome {}

    /// @param steps names that are looked up in `outcomes` and `outputs`
    /// @param unasked names of variables that are used without asking first whether they are there
    record Compiled(CelRuntime.Program program, Set<String> steps, Set<String> unasked)
            implements Outcome {

        Verdict evaluate(Facts facts) {
            Map<String, String> variables = new HashMap<>();
            unasked.forEach(name -> variables.put(name, ""));
            variables.putAll(facts.variables());
            Map<String, Object> known =
                    Map.of(
                            "variables", variables,
                            "ref", facts.ref().orElse(""),
                            "branch", facts.branch().orElse(""),
                            "tag", facts.tag().orElse(""),
                            "changed", facts.changed().stream().sorted().toList(),
                            "outcomes", facts.outcomes(),
                            "outputs", facts.outputs());
            long started = System.nanoTime();
            try {
                Object answer = program.trace(known, (_, _) -> checkTime(started));
                return Boolean.TRUE.equals(answer)
                        ? new Verdict.Holds()
                        : new Verdict.DoesNotHold();
            } catch (CelEvaluationException | RuntimeException e) {
                return new Verdict.Fault(sentence(e.getMessage()));
            }
        }

        private static void checkTime(long started) {
            if (System.nanoTime() - started > MOST_NANOS) {
                throw new IllegalStateException("the expression takes more than a second");
            }
        }
    }

    static Outcome compile(String text) {
        if (text.isBlank()) {
            return new Faulty("the expression is blank", 0);
        }
        if (text.codePointCount(0, text.length()) > Expression.LONGEST) {
            return new Faulty(
                    "the expression has more than " + Expression.LONGEST + " characters", 0);
        }
        try {
            CelValidationResult result = COMPILER.compile(text);
            if (result.hasError()) {
                return faulty(text, result.getErrors());
            }
            CelAbstractSyntaxTree tree = result.getAst();
            Lookups lookups = Lookups.of(tree.getExpr());
            return new Compiled(
                    RUNTIME.createProgram(tree), lookups.steps(), lookups.unaskedVariables());
        } catch (CelValidationException | CelEvaluationException | RuntimeException e) {
            return new Faulty(sentence(e.getMessage()), 0);
        }
    }

    private static Faulty faulty(String text, List<CelIssue> issues) {
        CelIssue first = issues.getFirst();
        int line = first.getSourceLocation().getLine();
        int before =
                text.lines()
                        .limit(Math.max(0, line - 1))
                        .mapToInt(one -> one.codePointCount(0, one.length()) + 1)
                        .sum();
        return new Faulty(
                sentence(first.getMessage()), before + first.getSourceLocation().getColumn() + 1);
    }

    private static String sentence(@org.jspecify.annotations.Nullable String message) {
        String words = Objects.requireNonNullElse(message, "the expression cannot be evaluated");
        words = EXPECTING.matcher(words).replaceFirst("");
        words = CONTAINER.matcher(words).replaceAll("");
        words = PLACE.matcher(words).replaceFirst("").replace('\n', ' ').strip();
        words = words.replace("mismatched input '<EOF>'", "the expression ends too early");
        return words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
    }
}
