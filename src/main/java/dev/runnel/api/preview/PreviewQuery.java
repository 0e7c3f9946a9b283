package dev.runnel.api.preview;

import dev.runnel.format.Selection;
import dev.runnel.problem.RequestRefused;
import dev.runnel.problem.Spelling;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What is asked about a pipeline file.
///
/// @param file name by which its problems go
/// @param format `json`, `text` or `mermaid`
record PreviewQuery(String file, String format, Selection selection) {
    static final List<String> LINT = List.of("file", "format");
    static final List<String> PLAN =
            List.of("file", "format", "pipeline", "branch", "tag", "pull-request", "variable");

    private static final Pattern FILE = Pattern.compile("[\\p{L}\\p{N} ._/@+-]{1,255}");

    /// @param parameters those that may be given
    /// @param formats those that there are
    /// @throws RequestRefused when a parameter is unknown or its value is not one it takes
    static PreviewQuery read(
            MultivaluedMap<String, String> query, List<String> parameters, List<String> formats) {
        for (String name : query.keySet()) {
            if (!parameters.contains(name)) {
                throw RequestRefused.parameter(
                        name, "this parameter is unknown", Spelling.hint(name, parameters));
            }
        }
        String file = one(query, "file").orElse("fxq-pipeline.yml");
        if (!FILE.matcher(file).matches()) {
            throw RequestRefused.parameter(
                    "file", "this is no name of a file", "give a name such as fxq-pipeline.yml");
        }
        String format = one(query, "format").orElse("json");
        if (!formats.contains(format)) {
            throw RequestRefused.parameter(
                    "format",
                    "there is no format '" + format + "'",
                    Spelling.hint(format, formats));
        }
        return new PreviewQuery(
                file,
                format,
                new Selection(
                        one(query, "pipeline"),
                        one(query, "branch"),
                        one(query, "tag"),
                        one(query, "pull-request"),
                        variables(query.getOrDefault("variable", List.of()))));
    }

    private static Map<String, String> variables(List<String> pairs) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String pair : pairs) {
            int end = pair.indexOf('=');
            if (end < 1) {
                throw RequestRefused.parameter(
                        "variable", "this is no variable", "give it as NAME=VALUE");
            }
            variables.put(pair.substring(0, end), pair.substring(end + 1));
        }
        return variables;
    }

    private static Optional<String> one(MultivaluedMap<String, String> query, String name) {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw RequestRefused.parameter(name, "this is there more than once", "give it once");
        }
        return values.stream().findFirst().filter(value -> !value.isEmpty());
    }
}
