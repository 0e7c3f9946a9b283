package dev.runnel.masking;

import dev.runnel.executor.StepListener;
import dev.runnel.masking.RunSecrets.Registration;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.OutputLine.End;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Masks one channel of an attempt. Not thread-safe.
///
/// A line arrives whole, or in pieces when it is long or slow. No secret reaches over a line end,
/// but it may reach over pieces, and from the last piece of one command to the first of the next.
final class MaskedChannel {
    /// A line that begins so registers what follows as a secret.
    static final String CONTROL = "::runnel-mask::";

    private static final int MOST_HELD = CONTROL.length() + RunSecrets.LONGEST_VALUE;

    private final OutputChannel channel;
    private final StepListener to;
    private final RunSecrets secrets;
    private final Consumer<String> onTrouble;

    // `held` is not passed on yet; `context` is what was passed on right before it and may, with
    // what comes, be a secret
    private String context = "";
    private String held = "";
    private int heldCommand;
    private long heldEnd;
    // whether `held`, or what comes when nothing is held, begins a line
    private boolean beginsLine = true;
    // whether the rest of the line is a value that is too long to be registered
    private boolean swallows;

    MaskedChannel(
            OutputChannel channel,
            StepListener to,
            RunSecrets secrets,
            Consumer<String> onTrouble) {
        this.channel = channel;
        this.to = to;
        this.secrets = secrets;
        this.onTrouble = onTrouble;
    }

    void take(int command, OutputLine line, long position) {
        boolean complete = line.end() != End.NONE;
        if (swallows) {
            if (complete) {
                swallows = false;
                beginsLine = true;
                to.output(command, channel, new OutputLine("", line.end(), false), position);
            }
            return;
        }
        String text = held.isEmpty() ? line.text() : held + line.text();
        if (beginsLine && text.startsWith(CONTROL)) {
            if (complete || text.length() > MOST_HELD) {
                control(command, text, line.end(), position);
            } else {
                hold(text, command, position);
            }
        } else if (beginsLine && !complete && CONTROL.startsWith(text)) {
            hold(text, command, position);
        } else {
            pass(command, text, line, position);
        }
    }

    private void control(int command, String text, End end, long position) {
        boolean cut = end == End.NONE && text.length() > MOST_HELD;
        if (cut) {
            say(Registration.TOO_MUCH);
        } else {
            register(text.substring(CONTROL.length()));
        }
        held = "";
        context = "";
        swallows = cut;
        beginsLine = !cut;
        OutputLine shown = new OutputLine(CONTROL + RunSecrets.MASK, end, false);
        to.output(command, channel, shown, position);
    }

    private void register(String value) {
        try {
            say(secrets.register(value));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before a secret was stored", e);
        }
    }

    private void say(Registration registration) {
        if (secrets.isNews(registration)) {
            switch (registration) {
                case MASKED -> {}
                case TOO_SHORT ->
                        onTrouble.accept(
                                "a value that a command registered is not masked, because it has"
                                        + " fewer than 4 characters");
                case TOO_MUCH ->
                        onTrouble.accept(
                                "a value that a command registered is not masked, because a run may"
                                        + " register 200 values of 32,768 characters, and 65,536"
                                        + " characters in all");
            }
        }
    }

    private void pass(int command, String text, OutputLine line, long position) {
        boolean complete = line.end() != End.NONE;
        Needles needles = secrets.needles();
        if (needles.isEmpty() && context.isEmpty()) {
            held = "";
            beginsLine = complete;
            tell(command, line, text, position);
            return;
        }
        String whole = context.isEmpty() ? text : context + text;
        int[] places = needles.places(whole);
        int keepFrom = complete ? whole.length() : keepFrom(whole, places, needles);
        int told = context.length();
        int tellTo = Math.max(told, keepFrom);
        context = keepFrom < told ? whole.substring(keepFrom, told) : "";
        held = "";
        beginsLine = complete || (beginsLine && tellTo == told);
        String shown = RunSecrets.masked(whole, told, tellTo, places);
        if (tellTo < whole.length()) {
            hold(whole.substring(tellTo), command, position);
        }
        if (complete || !shown.isEmpty()) {
            tell(command, line, shown, position - utf8Length(held));
        }
    }

    /// Where the end begins that may turn out to be a secret.
    private static int keepFrom(String whole, int[] places, Needles needles) {
        int unfinished = needles.unfinished(whole);
        for (int place = 0; place < places.length; place += 2) {
            if (places[place] < unfinished && unfinished < places[place + 1]) {
                return places[place];
            }
        }
        return unfinished;
    }

    private void hold(String text, int command, long end) {
        held = text;
        heldCommand = command;
        heldEnd = end;
    }

    /// Passes on what is held back, because its command is over.
    void endCommand() {
        swallows = false;
        if (!held.isEmpty()) {
            if (beginsLine && held.startsWith(CONTROL)) {
                control(heldCommand, held, End.NONE, heldEnd);
            } else {
                giveUp();
            }
        }
        beginsLine = true;
    }

    /// Nobody knows whether more of a secret follows: of its beginning only so much is shown as
    /// would not be masked alone, and what follows is masked if it is the rest.
    private void giveUp() {
        String whole = context + held;
        int told = context.length();
        Needles needles = secrets.needles();
        int[] places = needles.places(whole);
        int unfinished = needles.unfinished(whole);
        if (whole.length() - unfinished >= Needles.SHORTEST) {
            places = withEnd(places, unfinished, whole.length());
        }
        context = whole.substring(Math.min(unfinished, whole.length()));
        held = "";
        String shown = RunSecrets.masked(whole, told, whole.length(), places);
        to.output(heldCommand, channel, new OutputLine(shown, End.NONE, false), heldEnd);
    }

    private static int[] withEnd(int[] places, int from, int to) {
        int count = places.length;
        if (count > 0 && places[count - 1] >= from) {
            places[count - 1] = to;
            return places;
        }
        int[] more = Arrays.copyOf(places, count + 2);
        more[count] = from;
        more[count + 1] = to;
        return more;
    }

    private void tell(int command, OutputLine line, String shown, long position) {
        OutputLine masked =
                shown.equals(line.text())
                        ? line
                        : new OutputLine(shown, line.end(), line.replaced());
        to.output(command, channel, masked, position);
    }

    private static int utf8Length(String text) {
        return text.isEmpty() ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }
}
