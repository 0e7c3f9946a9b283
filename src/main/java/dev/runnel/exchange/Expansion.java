package dev.runnel.exchange;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.StepExpanded.Part;
import dev.runnel.run.StepRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a `foreach` step becomes: one step for each item of a list, and in the end lists of what
/// these gave.
public final class Expansion {
    /// Items of a list.
    public static final int MOST_ITEMS = 1_000;

    /// Steps of a run, with all that became several.
    static final int MOST_STEPS = 20_000;

    private static final int LONGEST_ITEM = 32 * 1024;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_LIST = OutputText.MOST_BYTES;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private Expansion() {}

    /// What came of looking for the items.
    public sealed interface Found {
        /// What the step is to run for, in order.
        record Listed(List<String> items) implements Found {
            public Listed {
                items = List.copyOf(items);
            }
        }

        /// There is no list of items.
        ///
        /// @param why one sentence for people
        record Refused(String why) implements Found {}
    }

    /// The items of a step.
    ///
    /// @param variables of the step, by name
    /// @param run to which they come
    public static Found items(Foreach foreach, Map<String, String> variables, Run run) {
        Found found =
                switch (foreach.items()) {
                    case Items.Said(List<String> values) -> new Found.Listed(values);
                    case Items.Listed(String name) when variables.containsKey(name) ->
                            read(name, variables.getOrDefault(name, ""));
                    case Items.Listed(String name) ->
                            new Found.Refused("the variable " + name + " is not set");
                };
        return found instanceof Found.Listed(List<String> items)
                        && run.steps().size() + items.size() > MOST_STEPS
                ? new Found.Refused("the run would have more than " + MOST_STEPS + " steps")
                : found;
    }

    private static Found read(String name, String text) {
        List<String> items = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                return new Found.Refused(name + " is no JSON list");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                String item =
                        json.currentToken().isScalarValue()
                                ? json.getText()
                                : json.readValueAsTree().toString();
                if (items.size() == MOST_ITEMS) {
                    return new Found.Refused(name + " has more than " + MOST_ITEMS + " items");
                }
                if (item.length() > LONGEST_ITEM || item.indexOf('\0') >= 0) {
                    return new Found.Refused(
                            "item %d of %s is too long, or has a NUL"
                                    .formatted(items.size() + 1, name));
                }
                items.add(item);
            }
            return json.nextToken() == null
                    ? new Found.Listed(items)
                    : new Found.Refused(name + " is no JSON list: something follows it");
        } catch (JsonProcessingException e) {
            return new Found.Refused(
                    "%s is no JSON list: %s at its character %d"
                            .formatted(
                                    name,
                                    e.getOriginalMessage().lines().findFirst().orElse("a fault"),
                                    e.getLocation().getCharOffset() + 1));
        } catch (IOException e) {
            return new Found.Refused(name + " is no JSON list");
        }
    }

    /// The new steps of a step as a run records them.
    ///
    /// @param first number of the first one
    public static List<Part> parts(Step step, List<String> items, int first) {
        List<Part> parts = new ArrayList<>();
        for (String item : items) {
            int number = first + parts.size();
            parts.add(new Part(number, name(step, item, parts.size(), number), item));
        }
        return parts;
    }

    private static String name(Step step, String item, int index, int number) {
        Foreach foreach = step.exchange().foreach().orElseThrow();
        String template = step.name();
        String name = template + " (" + item + ")";
        if (template.contains("${")) {
            name =
                    template.replace("${" + foreach.index() + "}", Integer.toString(index))
                            .replace("${" + foreach.as() + "}", item);
        }
        StringBuilder shown = new StringBuilder();
        name.codePoints()
                .limit(LONGEST_NAME)
                .map(point -> Character.isISOControl(point) ? ' ' : point)
                .forEach(shown::appendCodePoint);
        return shown.toString().isBlank() ? "Step " + number : shown.toString().strip();
    }

    /// The new steps of a step. They have everything of it but its condition, its approval, what
    /// depends on it, and what its failure means for the run.
    public static List<Step> steps(Step step, List<Part> parts) {
        List<Step> steps = new ArrayList<>();
        for (Part part : parts) {
            steps.add(one(step, part.step(), part.name(), steps.size(), part.item()));
        }
        return steps;
    }

    private static Step one(Step step, int number, String name, int index, String item) {
        Foreach foreach = step.exchange().foreach().orElseThrow();
        Setting setting = step.setting();
        Map<String, String> environment = new HashMap<>(setting.environment());
        environment.put(foreach.as(), item);
        environment.put(foreach.index(), Integer.toString(index));
        Flow flow = step.flow();
        return new Step(
                number,
                name,
                step.image(),
                step.script(),
                step.commit(),
                new Flow(flow.needs(), Optional.empty(), flow.always(), false, false, List.of()),
                step.attempts(),
                setting.with(environment),
                step.sidecars(),
                step.storage(),
                step.exchange().once());
    }

    /// The steps that a run has beside those of its pipeline, by what they are parts of, in the
    /// order in which they came.
    public static Map<Integer, List<Part>> known(Run run) {
        Map<Integer, List<Part>> known = new LinkedHashMap<>();
        for (StepRun step : run.steps()) {
            step.origin()
                    .ifPresent(origin ->
                            known.computeIfAbsent(origin.parent(), _ -> new ArrayList<>())
                                    .add(new Part(step.number(), step.name(), origin.item())));
        }
        return known;
    }

    /// What the parts of a step gave, as JSON lists in the order of the items.
    ///
    /// @param parts all of them, each successful
    public static Gathered gathered(Step step, List<StepRun> parts) {
        Map<String, String> lists = new TreeMap<>();
        for (String name : step.exchange().outputs().variables()) {
            List<String> values =
                    parts.stream().map(part -> part.outputs().getOrDefault(name, "")).toList();
            String list;
            try {
                list = JSON.writeValueAsString(values);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a list of texts is JSON", e);
            }
            if (list.length() > LONGEST_LIST) {
                return new Gathered.TooLong(name, LONGEST_LIST);
            }
            lists.put(name, list);
        }
        return new Gathered.Lists(lists);
    }

    /// What came of gathering what parts gave.
    public sealed interface Gathered {
        /// The lists by the names of their variables.
        record Lists(Map<String, String> values) implements Gathered {}

        /// A list is longer than a variable may be.
        record TooLong(String name, int characters) implements Gathered {}
    }
}
