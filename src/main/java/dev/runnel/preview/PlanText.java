package dev.runnel.preview;

import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A pipeline as a table of its steps.
final class PlanText {
    private static final int WIDEST = 40;

    private PlanText() {}

    static String of(Pipeline pipeline) {
        List<Step> steps = pipeline.steps();
        int digits = String.valueOf(steps.size()).length();
        int names = width(steps.stream().map(Step::name).toList());
        int images = width(steps.stream().map(step -> step.image().reference()).toList());
        StringBuilder text = new StringBuilder();
        text.append("pipeline ").append(pipeline.name()).append(": ").append(steps.size());
        text.append(steps.size() == 1 ? " step\n" : " steps\n");
        for (Step step : steps) {
            text.append(
                    (" %" + digits + "d  %-" + names + "s  %-" + images + "s  %s")
                            .formatted(step.number(), step.name(), step.image(), notes(step))
                            .stripTrailing());
            text.append('\n');
        }
        return text.toString();
    }

    private static int width(List<String> texts) {
        return Math.clamp(texts.stream().mapToInt(String::length).max().orElse(1), 1, WIDEST);
    }

    private static String notes(Step step) {
        List<String> notes = new ArrayList<>();
        Flow flow = step.flow();
        notes.add(flow.needs().isEmpty() ? "at once" : "after " + ranges(flow.needs()));
        if (flow.always()) {
            notes.add("always");
        }
        if (flow.manual()) {
            notes.add("after approval");
        }
        flow.condition().flatMap(Flow.Condition::expression).ifPresent(e -> notes.add("when " + e));
        flow.condition()
                .flatMap(Flow.Condition::changes)
                .ifPresent(changes -> notes.add("on changes"));
        step.exchange().foreach().ifPresent(foreach -> notes.add(each(foreach)));
        if (flow.allowFailure()) {
            notes.add("may fail");
        }
        if (!flow.stops().isEmpty()) {
            notes.add("failing stops " + ranges(flow.stops()));
        }
        step.attempts().retry().ifPresent(retry -> notes.add("tried again " + retry.times() + "x"));
        step.attempts().timeout().ifPresent(span -> notes.add("at most " + words(span)));
        if (!step.sidecars().isEmpty()) {
            notes.add(
                    "with "
                            + step.sidecars().stream()
                                    .map(Sidecar::name)
                                    .collect(Collectors.joining(" and ")));
        }
        switch (step.setting().folder()) {
            case SHARED -> {}
            case COPY -> notes.add("isolated");
            case EMPTY -> notes.add("without the code");
        }
        if (step.commit()) {
            notes.add("commits");
        }
        return String.join(", ", notes);
    }

    private static String each(Foreach foreach) {
        String items =
                switch (foreach.items()) {
                    case Items.Listed(String variable) -> "each of " + variable;
                    case Items.Said(List<String> values) -> "each of " + values.size() + " items";
                };
        return foreach.maxParallel().isPresent()
                ? items + ", " + foreach.maxParallel().getAsInt() + " at a time"
                : items;
    }

    /// `1-3 7`
    static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < numbers.size(); index++) {
            int from = numbers.get(index);
            int to = from;
            while (index + 1 < numbers.size() && numbers.get(index + 1) == to + 1) {
                to++;
                index++;
            }
            text.append(text.isEmpty() ? "" : " ").append(from);
            text.append(to > from ? "-" + to : "");
        }
        return text.toString();
    }

    private static String words(Duration span) {
        return span.toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
