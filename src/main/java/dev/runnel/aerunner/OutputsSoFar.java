package dev.runnel.aerunner;

import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RunEvent;
import dev.runnel.run.StepState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gathers what the commands of one run print, from the run's events in order.
///
/// A new attempt of a step forgets what the attempt before it printed. When the whole is larger
/// than it may be, the oldest lines go and the output of their command begins with an element that
/// says how many. Not safe for several threads.
public final class OutputsSoFar implements Outputs {
    /// An output of ordinary size: 1 MiB.
    public static final int USUAL_LIMIT = 1 << 20;

    // what is printed without any line end is cut into elements of this size
    private static final int LONGEST_ELEMENT = 1 << 16;
    // what a line costs beside its text, in memory and on the wire
    private static final long COST_OF_A_LINE = 32;

    private final int limit;
    private final Map<Place, Printed> byCommand = new HashMap<>();
    private final Deque<Element> oldestFirst = new ArrayDeque<>();
    private long size;

    /// @param limit most characters that are kept, where every line counts as some more than its
    ///   text; at least one line is kept, whatever its length
    public OutputsSoFar(int limit) {
        this.limit = limit;
    }

    /// Takes note of the next event; only output and new attempts matter.
    public void add(RunEvent event) {
        if (event instanceof RunEvent.OutputWritten output) {
            append(output);
        } else if (event instanceof RunEvent.StepStateChanged change
                && change.state() == StepState.IN_PROGRESS) {
            forget(change.step());
        }
    }

    @Override
    public List<String> of(int step, int command) {
        Printed printed = byCommand.get(new Place(step, command));
        return printed == null ? List.of() : printed.elements();
    }

    private void append(RunEvent.OutputWritten output) {
        Place place = new Place(output.step(), output.command());
        Printed printed = byCommand.computeIfAbsent(place, _ -> new Printed());
        OutputLine line = output.line();
        String text = line.text() + lineEnd(line.end());
        Element open = printed.open.get(output.channel());
        if (open == null || open.text.length() + text.length() > LONGEST_ELEMENT) {
            open = new Element(place);
            printed.lines.add(open);
            oldestFirst.add(open);
            size += COST_OF_A_LINE;
        }
        open.text.append(text);
        size += text.length();
        if (line.end() == OutputLine.End.NONE) {
            printed.open.put(output.channel(), open);
        } else {
            printed.open.remove(output.channel());
        }
        dropOldest();
    }

    private void dropOldest() {
        while (size > limit && oldestFirst.size() > 1) {
            Element oldest = oldestFirst.remove();
            Printed printed = byCommand.get(oldest.place);
            if (printed != null) {
                printed.lines.remove();
                printed.dropped++;
                printed.open.values().remove(oldest);
            }
            size -= oldest.cost();
        }
    }

    private void forget(int step) {
        if (byCommand.keySet().removeIf(place -> place.step == step)) {
            oldestFirst.removeIf(element -> element.place.step == step);
            size = oldestFirst.stream().mapToLong(Element::cost).sum();
        }
    }

    private static String lineEnd(OutputLine.End end) {
        return switch (end) {
            // the replaced system read from a terminal, which ends its lines like this
            case NEWLINE -> "\r\n";
            case RETURN -> "\r";
            case NONE -> "";
        };
    }

    private record Place(int step, int command) {}

    private static final class Element {
        private final Place place;
        private final StringBuilder text = new StringBuilder();

        private Element(Place place) {
            this.place = place;
        }

        private long cost() {
            return COST_OF_A_LINE + text.length();
        }
    }

    private static final class Printed {
        private final Deque<Element> lines = new ArrayDeque<>();
        private final Map<OutputChannel, Element> open = new EnumMap<>(OutputChannel.class);
        private long dropped;

        private List<String> elements() {
            List<String> elements = new ArrayList<>(lines.size() + 1);
            if (dropped > 0) {
                elements.add("[" + dropped + " earlier lines left out]\r\n");
            }
            lines.forEach(line -> elements.add(line.text.toString()));
            return elements;
        }
    }
}
