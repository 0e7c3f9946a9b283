package dev.runnel.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignTextTest {

    // `~` stands for the escape character, `!` for the bell
    private static final String HOSTILE =
            "a~]0;title!b~]52;c;Zm9v~\\c~[2Jd~[10;3He~[6nf~[?1049hg~Ph~[1m~\\h~(Bi~cj~[31m";

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "~[31mred~[0m, ~[31mred~[0m~[0m",
        "~[38;5;196mred, ~[38;5;196mred~[0m",
        "~[38:2::1:2:3mred, ~[38:2::1:2:3mred~[0m",
        "~[>4;2mx, x",
        "~[?25lx, x",
        "~[2Kx, x",
        "~]0;title!x, x",
        "~]8;;http://h~\\link~]8;;~\\, link",
        "~]0;never ended, ''",
        "~]0;broken~[1mx, ~[1mx~[0m",
        "~Pq#0~\\x, x",
        "~_apc~\\x, x",
        "~#8x, x",
        "~Mx, x",
        "x~, x",
        "x~[, x",
        "a!b, ab",
    })
    void onlyColoursAreLeft(String text, String shown) {
        ForeignText foreign = new ForeignText(true);

        assertThat(foreign.next(real(text)) + foreign.endLine()).isEqualTo(real(shown));
    }

    @Test
    void coloursGoWhereTheyAreNotWanted() {
        assertThat(ForeignText.harmless(real("~[1;31mred~[0m ~[2Jx"))).isEqualTo("red x");
    }

    @Test
    void controlCharactersOfOneByteGoToo() {
        assertThat(ForeignText.harmless("a\u009b2Jb\u009d0;t\u009cc\bd\u0000e\u007ff\u0085g"))
                .isEqualTo("abcdefg");
    }

    @Test
    void whatIsNoControlCharacterStays() {
        assertThat(ForeignText.harmless("ä😀\t\r\n[31m")).isEqualTo("ä😀\t\r\n[31m");
    }

    @Test
    void anOpenSequenceEndsWithItsLine() {
        assertThat(ForeignText.harmless(real("~]0;open\nnext ~[\nlast")))
                .isEqualTo("\nnext \nlast");
    }

    @Test
    void aColourLeftOpenEndsWithItsLine() {
        ForeignText foreign = new ForeignText(true);

        assertThat(foreign.next(real("~[31mred\nplain\n")))
                .isEqualTo(real("~[31mred~[0m\nplain\n"));
    }

    @Test
    void itDoesNotMatterWhereTheTextIsCut() {
        String hostile = real(HOSTILE);
        String whole = all(hostile, hostile.length());
        for (int length = 1; length < hostile.length(); length++) {
            assertThat(all(hostile, length)).as("pieces of %d", length).isEqualTo(whole);
        }
        assertThat(whole).isEqualTo(real("abcdefg~[1mhij~[31m~[0m"));
    }

    @ParameterizedTest
    @CsvSource({
        "true,  xterm, '', '', true,  true",
        "true,  dumb,  '', '', false, false",
        "true,  xterm, 1,  '', false, true",
        "true,  xterm, 1,  1,  false, true",
        "false, xterm, '', '', false, false",
        "false, xterm, '', 1,  true,  false",
    })
    void coloursAreForTerminalsThatWantThem(
            boolean terminal,
            String term,
            String noColor,
            String force,
            boolean coloured,
            boolean live) {
        Map<String, String> environment =
                Map.of(
                        "TERM", term,
                        "NO_COLOR", noColor,
                        "CLICOLOR_FORCE", force.isEmpty() ? "0" : force);

        assertThat(Style.of(environment, terminal)).isEqualTo(new Style(coloured, live));
    }

    private static String all(String text, int length) {
        ForeignText foreign = new ForeignText(true);
        StringBuilder shown = new StringBuilder();
        for (int at = 0; at < text.length(); at += length) {
            shown.append(foreign.next(text.substring(at, Math.min(text.length(), at + length))));
        }
        return shown + foreign.endLine();
    }

    private static String real(String text) {
        return text.replace('~', '\u001b').replace('!', '\u0007');
    }
}
