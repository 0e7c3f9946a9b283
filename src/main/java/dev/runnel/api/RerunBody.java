package dev.runnel.api;

import dev.runnel.engine.RunRepeater.From;
import dev.runnel.engine.RunRepeater.Revision;
import dev.runnel.engine.RunRepeater.Wish;
import jakarta.ws.rs.core.MediaType;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The body that says how a run is to be repeated; without one it is repeated as it was.
final class RerunBody {
    private static final List<String> FIELDS = List.of("from", "variables", "secrets", "revision");

    private RerunBody() {}

    /// Reads a body.
    ///
    /// @param type what the request says that its body is
    /// @throws dev.runnel.problem.RequestRefused when its form is not right
    static Wish read(InputStream json, Optional<MediaType> type) {
        JsonBody body = JsonBody.readOptional(json, type).knowing(FIELDS);
        Wish wish =
                new Wish(
                        word("from", From.START, From.values(), body),
                        word("revision", Revision.SAME, Revision.values(), body),
                        body.optionalTexts("variables"),
                        body.optionalTexts("secrets"));
        body.refuseFaults();
        return wish;
    }

    private static <E extends Enum<E>> E word(String name, E usual, E[] values, JsonBody body) {
        String word = body.text(name).orElse(text(usual));
        for (E value : values) {
            if (text(value).equals(word)) {
                return value;
            }
        }
        List<String> words = Arrays.stream(values).map(RerunBody::text).toList();
        body.fault(name, "there is no such word here", "use " + String.join(" or ", words));
        return usual;
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
