package dev.runnel.condition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "main | main",
                "* | main",
                "** | feature/a/b",
                "feature/* | feature/a",
                "feature/** | feature/a/b",
                "{main,develop} | develop",
                "release-{1,2.*} | release-2.7",
                "{a,b{c,d}} | bd",
                "**/*.md | readme.md",
                "**/*.md | docs/how-to/a.md",
                "src/**/test/*.c | src/test/a.c",
                "src/**/test/*.c | src/x/y/test/a.c",
                "a? | ab",
                "a.b | a.b",
                "a(b)+[d]^$ | a(b)+[d]^$",
                "\\*x | *x",
                "a,b | a,b",
                "x} | x}",
            })
    void matches(String pattern, String path) {
        assertThat(Globs.matches(pattern, path)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "main | mainly",
                "* | feature/a",
                "feature/* | feature/a/b",
                "feature/** | feature",
                "{main,develop} | main,develop",
                "a? | a/",
                "a.b | axb",
                "\\*x | ax",
                "src/*.c | src/x/a.c",
                "MAIN | main",
            })
    void doesNotMatch(String pattern, String path) {
        assertThat(Globs.matches(pattern, path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{a", "{a,{b}"})
    void textThatIsNoPatternMatchesNothing(String text) {
        assertThat(Globs.isPattern(text)).isFalse();
        assertThat(Globs.matches(text, text)).isFalse();
    }

    @Test
    @Timeout(20)
    void badPatternsTakeNoLonger() {
        String path = "a".repeat(4_000);
        assertThat(Globs.matches("*a".repeat(400) + "b", path)).isFalse();
        assertThat(Globs.matches("{a,a}".repeat(190) + "b", path)).isFalse();
        assertThat(Globs.matches("{".repeat(400) + "a" + "}".repeat(400), "a")).isTrue();
        assertThat(Globs.isPattern("a".repeat(1_001))).isFalse();
    }
}
