package dev.runnel.terminal;

/// Text that somebody else wrote, made harmless for a terminal: escape sequences (ECMA-48) and
/// control characters go, except for tabs, line ends, carriage returns, and colours where they are
/// wanted. Takes one text in pieces, cut anywhere; not for several threads.
public final class ForeignText {
    private static final char ESCAPE = '\u001b';
    private static final char BELL = '\u0007';
    private static final String RESET = ESCAPE + "[0m";
    // longer ones colour nothing
    private static final int LONGEST_COLOUR = 64;

    private final boolean colours;
    private final StringBuilder sequence = new StringBuilder();
    private Place place = Place.TEXT;
    private boolean coloured;

    /// @param colours whether text may colour itself
    public ForeignText(boolean colours) {
        this.colours = colours;
    }

    private enum Place {
        TEXT,
        /// After an escape character.
        ESCAPED,
        /// In a control sequence, such as a colour or a move of the cursor.
        CONTROL,
        /// In a string for the terminal, such as a title or the clipboard.
        STRING,
        /// After an escape character in such a string.
        STRING_ESCAPED
    }

    /// One whole text.
    public static String harmless(String text) {
        ForeignText foreign = new ForeignText(false);
        return foreign.next(text) + foreign.endLine();
    }

    /// The next piece.
    public String next(String piece) {
        if (place == Place.TEXT && piece.chars().noneMatch(Character::isISOControl)) {
            return piece;
        }
        StringBuilder shown = new StringBuilder(piece.length());
        for (int index = 0; index < piece.length(); index++) {
            take(piece.charAt(index), shown);
        }
        return shown.toString();
    }

    /// Ends the line: what is left open does not reach into the next one.
    ///
    /// @return what is to be written before the line end
    public String endLine() {
        place = Place.TEXT;
        String end = coloured ? RESET : "";
        coloured = false;
        return end;
    }

    private void take(char sign, StringBuilder shown) {
        if (sign == '\n') {
            shown.append(endLine()).append('\n');
            return;
        }
        switch (place) {
            case TEXT -> text(sign, shown);
            case ESCAPED -> escaped(sign, shown);
            case CONTROL -> control(sign, shown);
            case STRING -> string(sign);
            case STRING_ESCAPED -> {
                place = Place.STRING;
                if (sign == '\\') {
                    place = Place.TEXT;
                } else if (sign != ESCAPE) {
                    // any other sequence ends the string as well
                    escaped(sign, shown);
                }
            }
        }
    }

    private void text(char sign, StringBuilder shown) {
        switch (sign) {
            case ESCAPE -> place = Place.ESCAPED;
            // the same in one character, where 8 bits are enough
            case '\u009b' -> beginControl();
            case '\u0090', '\u0098', '\u009d', '\u009e', '\u009f' -> place = Place.STRING;
            case '\t', '\r' -> shown.append(sign);
            default -> {
                if (!Character.isISOControl(sign)) {
                    shown.append(sign);
                }
            }
        }
    }

    private void escaped(char sign, StringBuilder shown) {
        switch (sign) {
            case '[' -> beginControl();
            case ']', 'P', 'X', '^', '_' -> place = Place.STRING;
            default -> {
                if (sign >= ' ' && sign <= '/') {
                    // there is more between the escape character and the last one
                    place = Place.ESCAPED;
                } else {
                    place = Place.TEXT;
                    if (Character.isISOControl(sign) || sign > '~') {
                        text(sign, shown);
                    }
                }
            }
        }
    }

    private void beginControl() {
        place = Place.CONTROL;
        sequence.setLength(0);
    }

    private void control(char sign, StringBuilder shown) {
        if (sign >= ' ' && sign <= '?') {
            if (sequence.length() <= LONGEST_COLOUR) {
                sequence.append(sign);
            }
            return;
        }
        place = Place.TEXT;
        if (Character.isISOControl(sign) || sign > '~') {
            // no sequence after all
            text(sign, shown);
        } else if (colours && sign == 'm' && isColour()) {
            shown.append(ESCAPE).append('[').append(sequence).append('m');
            coloured = true;
        }
    }

    private boolean isColour() {
        return sequence.length() <= LONGEST_COLOUR
                && sequence.chars().allMatch(sign -> sign >= '0' && sign <= ';');
    }

    private void string(char sign) {
        if (sign == BELL || sign == '\u009c') {
            place = Place.TEXT;
        } else if (sign == ESCAPE) {
            place = Place.STRING_ESCAPED;
        }
    }
}
