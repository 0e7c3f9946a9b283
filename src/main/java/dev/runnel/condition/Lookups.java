package dev.runnel.condition;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What an expression looks up in its maps, as far as it names it.
final class Lookups {
    private final Set<String> steps = new HashSet<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> asked = new HashSet<>();

    private Lookups() {}

    static Lookups of(CelExpr expression) {
        Lookups lookups = new Lookups();
        lookups.walk(expression);
        return lookups;
    }

    Set<String> steps() {
        return Set.copyOf(steps);
    }

    /// Variables that are used, and whose being there is not asked with `has` or `in`.
    Set<String> unaskedVariables() {
        Set<String> unasked = new HashSet<>(used);
        unasked.removeAll(asked);
        return Set.copyOf(unasked);
    }

    // as deep as the parser lets an expression be
    private void walk(CelExpr expression) {
        switch (expression.getKind()) {
            case SELECT -> {
                CelExpr.CelSelect select = expression.select();
                note(select.operand(), select.field(), select.testOnly());
                walk(select.operand());
            }
            case CALL -> {
                CelExpr.CelCall call = expression.call();
                if (call.args().size() == 2) {
                    switch (call.function()) {
                        case "_[_]" ->
                                constant(call.args().get(1))
                                        .ifPresent(key -> note(call.args().get(0), key, false));
                        case "@in" ->
                                constant(call.args().get(0))
                                        .ifPresent(key -> note(call.args().get(1), key, true));
                        default -> {}
                    }
                }
                call.target().ifPresent(this::walk);
                call.args().forEach(this::walk);
            }
            case LIST -> expression.list().elements().forEach(this::walk);
            case MAP ->
                    expression
                            .map()
                            .entries()
                            .forEach(entry -> {
                                walk(entry.key());
                                walk(entry.value());
                            });
            case STRUCT -> expression.struct().entries().forEach(entry -> walk(entry.value()));
            case COMPREHENSION -> {
                CelExpr.CelComprehension loop = expression.comprehension();
                walk(loop.iterRange());
                walk(loop.loopCondition());
                walk(loop.loopStep());
                walk(loop.result());
            }
            case NOT_SET, CONSTANT, IDENT -> {}
        }
    }

    private void note(CelExpr map, String key, boolean onlyAsked) {
        if (map.getKind() != ExprKind.Kind.IDENT) {
            return;
        }
        switch (map.ident().name()) {
            case "outcomes", "outputs" -> steps.add(key);
            case "variables" -> (onlyAsked ? asked : used).add(key);
            default -> {}
        }
    }

    private static Optional<String> constant(CelExpr expression) {
        return expression.getKind() == ExprKind.Kind.CONSTANT
                        && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? Optional.of(expression.constant().stringValue())
                : Optional.empty();
    }
}
