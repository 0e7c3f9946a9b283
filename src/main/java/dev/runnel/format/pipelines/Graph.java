package dev.runnel.format.pipelines;

import dev.runnel.exchange.Suppliers;
import dev.runnel.format.pipelines.FlowReader.Wish;
import dev.runnel.format.pipelines.StepReader.Draft;
import dev.runnel.pipeline.Circle;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Step;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Suggestions;
import dev.runnel.yaml.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Makes numbered steps of drafts: one for each cell of a matrix, each with the numbers of the
/// steps that it waits for.
final class Graph {
    static final int MOST_STEPS = 10_000;

    private static final int MOST_LINKS = 200_000;
    private static final long MOST_VISITS = 2_000_000;
    private static final long MOST_CHARACTERS = 8L * 1024 * 1024;
    private static final int LONGEST_NAME = 255;
    private static final int MOST_SHOWN = 10;

    private final Findings findings;
    private final Room room;
    private final Value list;
    private final List<Node> nodes = new ArrayList<>();
    // the steps that a word in `needs` may mean
    private final Map<String, Named> named = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    /// Steps that start together.
    ///
    /// @param failFast whether the failure of one stops the others
    record Group(List<Draft> drafts, boolean failFast) {
        static Group of(Draft draft) {
            return new Group(List.of(draft), draft.wish().failFast().orElse(false));
        }
    }

    /// How much all pipelines of a file have together.
    static final class Room {
        private long links;
        private long characters;
        private long visits;
    }

    private record Node(int number, String name, Draft draft, int cell, Group group) {
        Exchange goods() {
            return draft.exchange();
        }
    }

    /// @param drafts which steps of the file a word means; with more than one nobody can tell
    private record Named(Set<Value> drafts, List<Integer> numbers) {
        static Named nothing() {
            return new Named(new HashSet<>(), new ArrayList<>());
        }

        void add(Node node) {
            drafts.add(node.draft.at());
            if (numbers.isEmpty() || numbers.getLast() != node.number) {
                numbers.add(node.number);
            }
        }
    }

    Graph(Findings findings, Room room, Value list) {
        this.findings = findings;
        this.room = room;
        this.list = list;
    }

    /// The steps; none when there are findings.
    List<Step> steps(List<Group> groups) {
        int before = findings.errors();
        List<List<Node>> expanded = new ArrayList<>();
        for (Group group : groups) {
            Optional<List<Node>> members = expand(group);
            if (members.isEmpty()) {
                return List.of();
            }
            expanded.add(members.get());
        }
        name();
        Map<Integer, List<Integer>> needs = needs(expanded);
        Map<Integer, List<Integer>> stops = stops(expanded);
        if (findings.errors() == before) {
            checkCircles(needs);
        }
        if (findings.errors() == before) {
            checkOutcomes(needs);
        }
        return findings.errors() > before
                ? List.of()
                : nodes.stream().map(node -> step(node, needs, stops)).toList();
    }

    /// One node for each cell; empty when that is too much.
    private Optional<List<Node>> expand(Group group) {
        List<Node> members = new ArrayList<>();
        for (Draft draft : group.drafts()) {
            room.characters += draft.size() * draft.cells().size();
            if (nodes.size() + draft.cells().size() > MOST_STEPS) {
                findings.error(
                        Code.TOO_MANY_STEPS,
                        list,
                        "with this step there are more than " + MOST_STEPS + " steps",
                        "put more commands into one step");
                return Optional.empty();
            }
            if (room.characters > MOST_CHARACTERS) {
                findings.error(
                        Code.PIPELINE_TOO_LARGE,
                        draft.at(),
                        "up to here the steps have more than " + MOST_CHARACTERS + " characters",
                        "move commands into a script file of the repository and call it");
                return Optional.empty();
            }
            for (int cell = 0; cell < draft.cells().size(); cell++) {
                int number = nodes.size() + 1;
                Node node = new Node(number, nameOf(draft, cell, number), draft, cell, group);
                nodes.add(node);
                members.add(node);
            }
        }
        return Optional.of(members);
    }

    private String nameOf(Draft draft, int cell, int number) {
        Map<String, String> values = draft.cells().get(cell);
        String name = MatrixReader.named(draft.name().orElse("Step " + number), values);
        if (values.isEmpty()) {
            return name;
        }
        if (name.isBlank() || name.length() > LONGEST_NAME || Printable.hasControls(name)) {
            findings.error(
                    Code.BAD_NAME,
                    draft.at(),
                    "with the values of its matrix the step is called " + Printable.quote(name),
                    "write a `name` that has only short values: `name: Test ${VERSION}`");
        }
        return name;
    }

    private void name() {
        Map<String, Node> byName = new HashMap<>();
        Map<String, Value> ids = new HashMap<>();
        for (Node node : nodes) {
            boolean isExpanded = node.draft.cells().size() > 1;
            Optional<Node> other = Optional.ofNullable(byName.putIfAbsent(node.name, node));
            if (other.isPresent() && (isExpanded || other.get().draft.cells().size() > 1)) {
                findings.error(
                        Code.NAME_COLLISION,
                        node.draft.at(),
                        "steps "
                                + other.get().number
                                + " and "
                                + node.number
                                + " are both called "
                                + Printable.quote(node.name),
                        "write every value of the matrix into the `name`: `name: Test ${VERSION}`");
            }
            names.add(node.name);
            called(node.name).add(node);
            node.draft
                    .name()
                    .filter(name -> !name.equals(node.name))
                    .ifPresent(name -> called(name).add(node));
            node.draft
                    .id()
                    .ifPresent(id -> {
                        Value first = ids.computeIfAbsent(id, _ -> node.draft.at());
                        if (!first.equals(node.draft.at())) {
                            findings.error(
                                    Code.DUPLICATE_ID,
                                    node.draft.at(),
                                    "the id " + Printable.quote(id) + " is there twice",
                                    "the first one is on line " + first.place().line());
                        }
                        called(id).add(node);
                    });
        }
    }

    private Named called(String word) {
        return named.computeIfAbsent(word, _ -> Named.nothing());
    }

    private Map<Integer, List<Integer>> needs(List<List<Node>> groups) {
        Map<Integer, List<Integer>> needs = new HashMap<>();
        List<Integer> before = List.of();
        List<Integer> others =
                nodes.stream()
                        .filter(node -> !node.draft.wish().isFinal())
                        .map(Node::number)
                        .toList();
        Suppliers suppliers = new Suppliers();
        nodes.forEach(node -> suppliers.add(node.number, node.draft.at(), node.goods().outputs()));
        for (List<Node> group : groups) {
            List<Integer> usual = before;
            List<Integer> members = new ArrayList<>();
            for (Node node : group) {
                Wish wish = node.draft.wish();
                checkAsked(node);
                List<Integer> own = others;
                if (!wish.isFinal()) {
                    Optional<List<Integer>> said = wish.needs().map(all -> resolved(node, all));
                    own = suppliers.needs(node.draft.at(), node.goods().inputs(), said, usual);
                    members.add(node.number);
                }
                if (!link(node, own.size() + suppliers.work())) {
                    return needs;
                }
                needs.put(node.number, own);
            }
            before = members.isEmpty() ? before : members;
        }
        return needs;
    }

    private boolean link(Node node, int links) {
        room.links += links;
        if (room.links > MOST_LINKS) {
            findings.error(
                    Code.PIPELINE_TOO_LARGE,
                    node.draft.at(),
                    "up to here the steps wait for each other more than " + MOST_LINKS + " times",
                    "put a step between two large groups");
        }
        return room.links <= MOST_LINKS;
    }

    private List<Integer> resolved(Node node, List<Value> words) {
        Set<Integer> numbers = new TreeSet<>();
        for (Value word : words) {
            String name = word.scalar().strip();
            Optional<Named> meant = Optional.ofNullable(named.get(name));
            if (meant.isEmpty()) {
                unknown(word, name);
            } else if (meant.get().drafts.size() > 1) {
                findings.error(
                        Code.AMBIGUOUS_STEP,
                        word,
                        "more than one step is called " + Printable.quote(name),
                        "give the one that is meant an `id`");
            } else if (nodes.get(meant.get().numbers.getFirst() - 1).draft.wish().isFinal()) {
                findings.error(
                        Code.CYCLE,
                        word,
                        Printable.quote(name) + " waits for all steps, this one included",
                        "remove it, or its `finally`");
            } else if (meant.get().numbers.contains(node.number)) {
                findings.error(
                        Code.CYCLE, word, Printable.quote(name) + " needs itself", "remove it");
            } else {
                numbers.addAll(meant.get().numbers);
            }
        }
        return List.copyOf(numbers);
    }

    private void checkAsked(Node node) {
        Wish wish = node.draft.wish();
        wish.when()
                .ifPresent(at -> {
                    for (String name : wish.asked()) {
                        if (!names.contains(name)) {
                            unknown(at, name);
                        }
                    }
                });
    }

    private void unknown(Value at, String name) {
        String hint =
                findings.isFull()
                        ? ""
                        : Suggestions.closest(name, named.keySet())
                                .map(word -> "did you mean " + Printable.quote(word) + "?")
                                .orElse("write the `name` or the `id` of a step of this pipeline");
        findings.error(Code.UNKNOWN_STEP, at, "there is no step " + Printable.quote(name), hint);
    }

    private Map<Integer, List<Integer>> stops(List<List<Node>> groups) {
        Map<Integer, List<Integer>> stops = new HashMap<>();
        for (List<Node> group : groups) {
            List<Integer> members = group.stream().map(Node::number).toList();
            for (Node node : group) {
                boolean failFast = node.draft.wish().failFast().orElse(node.group.failFast());
                if (failFast && members.size() > 1) {
                    if (!link(node, members.size() - 1)) {
                        return stops;
                    }
                    stops.put(
                            node.number,
                            members.stream().filter(other -> other != node.number).toList());
                }
            }
        }
        return stops;
    }

    private void checkCircles(Map<Integer, List<Integer>> needs) {
        List<Integer> circle =
                Circle.find(
                        nodes.stream()
                                .map(node -> needs.getOrDefault(node.number, List.of()))
                                .toList());
        if (circle.isEmpty()) {
            return;
        }
        String names =
                circle.stream()
                        .limit(MOST_SHOWN)
                        .map(number -> nodes.get(number - 1).name)
                        .collect(Collectors.joining(" → "));
        String more = circle.size() > MOST_SHOWN ? " → …" : "";
        Node first = nodes.get(circle.getFirst() - 1);
        findings.error(
                Code.CYCLE,
                first.draft.wish().needs().stream()
                        .flatMap(List::stream)
                        .findFirst()
                        .orElse(first.draft.at()),
                "steps need each other in a circle: "
                        + Printable.line(names + more + " → " + first.name),
                "remove one of these needs");
    }

    /// Tells of outcomes that an expression asks for before they are there.
    private void checkOutcomes(Map<Integer, List<Integer>> needs) {
        for (Node node : nodes) {
            Set<String> unknown = new HashSet<>(node.draft.wish().asked());
            Set<Integer> seen = new HashSet<>(needs.getOrDefault(node.number, List.of()));
            Deque<Integer> open = new ArrayDeque<>(seen);
            while (!unknown.isEmpty() && !open.isEmpty() && room.visits++ < MOST_VISITS) {
                int number = open.remove();
                unknown.remove(nodes.get(number - 1).name);
                needs.getOrDefault(number, List.of()).stream().filter(seen::add).forEach(open::add);
            }
            if (room.visits < MOST_VISITS) {
                unknown.forEach(name ->
                        findings.error(
                                Code.OUTCOME_NOT_KNOWN,
                                node.draft.wish().when().orElse(node.draft.at()),
                                "the step does not wait for "
                                        + Printable.quote(name)
                                        + ", so its outcome is not known",
                                "add it to the `needs` of the step"));
            }
        }
    }

    private Step step(
            Node node, Map<Integer, List<Integer>> needs, Map<Integer, List<Integer>> stops) {
        Draft draft = node.draft;
        Wish wish = draft.wish();
        return new Step(
                node.number,
                node.name,
                draft.image().of(node.cell),
                draft.script(),
                draft.commit(),
                new Flow(
                        needs.getOrDefault(node.number, List.of()),
                        wish.condition(),
                        wish.isFinal(),
                        wish.isManual(),
                        wish.allowFailure(),
                        stops.getOrDefault(node.number, List.of())),
                draft.attempts(),
                draft.settingOf(node.cell),
                draft.sidecars(),
                draft.storage(),
                draft.exchange());
    }
}
