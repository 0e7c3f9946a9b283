package dev.runnel.preview;

import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;

/// A pipeline as a Mermaid flow chart: a box is a step, rounded at the ends when it runs whatever
/// becomes of the others, six-sided when it waits for approval, with double sides when it runs for
/// each of something; an arrow leads to who waits.
final class Mermaid {
    private Mermaid() {}

    static String of(Pipeline pipeline) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (Step step : pipeline.steps()) {
            String name = "\"" + step.number() + " " + escaped(step.name()) + "\"";
            String shape =
                    step.flow().manual()
                            ? "{{" + name + "}}"
                            : step.flow().always()
                                    ? "([" + name + "])"
                                    : step.isSeveral() ? "[[" + name + "]]" : "[" + name + "]";
            text.append("  s").append(step.number()).append(shape).append('\n');
        }
        for (Step step : pipeline.steps()) {
            String arrow = step.flow().condition().isPresent() ? " -.-> s" : " --> s";
            for (int need : step.flow().needs()) {
                text.append("  s").append(need).append(arrow).append(step.number()).append('\n');
            }
        }
        return text.toString();
    }

    // what means something inside a quoted text, as Mermaid's own numbered entities
    private static String escaped(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints()
                .forEach(point -> {
                    if ("\"#&<>`;\\".indexOf(point) >= 0) {
                        text.append('#').append(point).append(';');
                    } else {
                        text.appendCodePoint(point);
                    }
                });
        return text.toString();
    }
}
