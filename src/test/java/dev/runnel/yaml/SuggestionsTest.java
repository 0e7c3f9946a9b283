package dev.runnel.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
    private static final List<String> WORDS = List.of("commit", "image", "name", "script");

    @ParameterizedTest
    @CsvSource({
        "script, script, 0",
        "scirpt, script, 1",
        "stpe, step, 1",
        "'', abc, 3",
        "kitten, sitting, 3"
    })
    void distanceCountsInsertsDeletesReplacementsAndSwaps(String from, String to, int distance) {
        assertThat(Suggestions.distance(from, to)).isEqualTo(distance);
    }

    @ParameterizedTest
    @CsvSource({
        "Script, script",
        "scripts, script",
        "comit, commit",
        "nmae, name",
        "img, image",
        "nom, ",
        "zzzz, "
    })
    void onlyAWordThatIsCloseIsSuggested(String typed, @Nullable String suggested) {
        assertThat(Suggestions.closest(typed, WORDS)).isEqualTo(Optional.ofNullable(suggested));
    }
}
