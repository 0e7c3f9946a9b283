package dev.runnel.yaml;

import dev.runnel.yaml.FileText.Place;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.resolver.Resolver;

/// Makes a tree of a text. What comes out is safe to walk: it has no cycle, is no deeper than
/// `DEEPEST` and no larger than the file and a bounded part more.
public final class YamlTree {
    static final int DEEPEST = 50;

    // the library's own advice, which is wrong for anything but a tab
    private static final Pattern ADVICE = Pattern.compile("\\. \\(Do not use .*");

    private final FileText text;
    private final Findings findings;

    private YamlTree(FileText text, Findings findings) {
        this.text = text;
        this.findings = findings;
    }

    /// The root of the only document of the text; empty when there is none or it is not safe, with
    /// the problem among the findings.
    public static Optional<Value> compose(FileText text, Findings findings) {
        return new YamlTree(text, findings)
                .compose()
                .map(root -> Value.root(root, text))
                .filter(root -> Aliases.areHarmless(root, findings));
    }

    private Optional<Node> compose() {
        LoaderOptions options = new LoaderOptions();
        // the library's own limits name no place: ShallowParser and Aliases are used instead
        options.setNestingDepthLimit(Integer.MAX_VALUE);
        options.setMaxAliasesForCollections(Integer.MAX_VALUE);
        try {
            Parser parser =
                    new ShallowParser(
                            new ParserImpl(new StreamReader(text.text()), options), DEEPEST);
            @Nullable Node root = new Composer(parser, new Resolver(), options).getSingleNode();
            if (root == null || root.getTag().equals(Tag.NULL)) {
                findings.error(
                        YamlCode.EMPTY_FILE,
                        Place.START,
                        "",
                        "the file is empty",
                        "write `pipelines:` with a list of steps under `default:`");
                return Optional.empty();
            }
            return Optional.of(root);
        } catch (TooDeep e) {
            findings.error(
                    YamlCode.NESTING_TOO_DEEP,
                    text.place(e.index),
                    "",
                    "lists and mappings lie more than " + DEEPEST + " deep in each other",
                    "put text that starts with `[` or `{` in quotes");
        } catch (MarkedYAMLException e) {
            broken(e);
        } catch (RuntimeException e) {
            // whatever else makes the library give up is a fault of this file too
            findings.error(
                    YamlCode.BAD_YAML, Place.START, "", "not YAML: " + oneLine(e.getMessage()), "");
        }
        return Optional.empty();
    }

    private void broken(MarkedYAMLException e) {
        String context = oneLine(e.getContext());
        String problem = oneLine(e.getProblem());
        boolean openQuote = context.contains("quoted scalar");
        @Nullable Mark mark =
                openQuote || e.getProblemMark() == null ? e.getContextMark() : e.getProblemMark();
        Place place = mark == null ? Place.START : text.place(mark.getIndex());
        Optional<Place> tab = text.tabInIndentation(place.line());
        if (tab.isPresent()) {
            findings.error(
                    YamlCode.TAB_INDENTATION,
                    tab.get(),
                    "",
                    "the line is indented with a tab",
                    "indent with spaces");
            return;
        }
        String what =
                Stream.of(context, problem)
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(", "));
        findings.error(
                YamlCode.BAD_YAML,
                place,
                "",
                "not YAML: " + what,
                openQuote ? "close the quote that opens here" : hint(what));
    }

    private static String hint(String what) {
        if (what.contains("mapping values are not allowed")) {
            return "put text with a colon in quotes, or correct the indentation";
        }
        if (what.contains("alias") || what.contains("anchor")) {
            return "`*` and `&` mean something in YAML; put the whole text in quotes";
        }
        if (what.contains("cannot start any token")) {
            return "put the whole text in quotes";
        }
        if (what.contains("another document")) {
            return "keep one document, without `---` between";
        }
        if (what.contains("tag")) {
            return "put text that starts with `!` in quotes";
        }
        return "correct the indentation, or put the text in quotes";
    }

    private static String oneLine(@Nullable String words) {
        String text = Objects.requireNonNullElse(words, "");
        return Printable.line(ADVICE.matcher(text).replaceFirst(""));
    }

    /// Stops before the tree gets deeper than allowed, since building it is recursive.
    private static final class ShallowParser implements Parser {
        private final Parser parser;
        private final int deepest;
        private int depth;

        ShallowParser(Parser parser, int deepest) {
            this.parser = parser;
            this.deepest = deepest;
        }

        @Override
        public boolean checkEvent(Event.ID choice) {
            return parser.checkEvent(choice);
        }

        @Override
        public Event peekEvent() {
            return parser.peekEvent();
        }

        @Override
        public Event getEvent() {
            Event event = parser.getEvent();
            if (event.is(Event.ID.SequenceStart) || event.is(Event.ID.MappingStart)) {
                depth++;
                if (depth > deepest) {
                    throw new TooDeep(event.getStartMark().getIndex());
                }
            } else if (event.is(Event.ID.SequenceEnd) || event.is(Event.ID.MappingEnd)) {
                depth--;
            }
            return event;
        }
    }

    private static final class TooDeep extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int index;

        TooDeep(int index) {
            this.index = index;
        }
    }
}
