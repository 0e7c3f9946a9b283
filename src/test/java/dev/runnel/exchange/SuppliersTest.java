package dev.runnel.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.pipeline.Exchange.Goods;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuppliersTest {
    private static final List<Integer> USUAL = List.of(7);

    private final Suppliers suppliers = new Suppliers();

    @BeforeEach
    void givers() {
        suppliers.add(1, "one", new Goods(List.of("dist/app.jar", "log/**"), List.of("VERSION")));
        suppliers.add(2, "two", new Goods(List.of("out", "*.csv"), List.of("VERSION", "NAME")));
    }

    @ParameterizedTest
    @CsvSource({
        "dist/app.jar, 1",
        "dist/*.jar, 1",
        "dist, 1",
        "dist/, 1",
        "log/a/b, 1",
        "log/**, 1",
        "out/x, 2",
        "a.csv, 2",
    })
    void aFileIsGivenByWhoeverHasAGlobThatFits(String file, int giver) {
        assertThat(needs(new Goods(List.of(file), List.of()))).containsExactly(giver);
    }

    @ParameterizedTest
    @CsvSource({"app.jar", "lo?/**", "a/b.csv", "a.csv2"})
    void whatNobodyGivesChangesNothing(String file) {
        assertThat(needs(new Goods(List.of(file), List.of()))).isEqualTo(USUAL);
    }

    @Test
    void aVariableIsGivenByAllThatNameIt() {
        assertThat(needs(new Goods(List.of(), List.of("VERSION")))).containsExactly(1, 2);
        assertThat(needs(new Goods(List.of(), List.of("OTHER")))).isEqualTo(USUAL);
    }

    @Test
    void whatAStepSaysItNeedsComesOnTop() {
        Goods inputs = new Goods(List.of("a.csv"), List.of());
        assertThat(suppliers.needs("three", inputs, Optional.of(List.of(3)), USUAL))
                .containsExactly(2, 3);
        assertThat(suppliers.needs("three", Goods.NONE, Optional.of(List.of(3)), USUAL))
                .containsExactly(3);
    }

    @Test
    void aStepDoesNotWaitForItself() {
        Goods inputs = new Goods(List.of("a.csv"), List.of("VERSION"));
        assertThat(suppliers.needs("two", inputs, Optional.empty(), USUAL)).containsExactly(1);
    }

    private List<Integer> needs(Goods inputs) {
        return suppliers.needs("three", inputs, Optional.empty(), USUAL);
    }
}
