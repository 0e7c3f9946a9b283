package dev.runnel.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.runnel.run.RunId;
import java.util.List;
import java.util.Optional;

/// A problem as the caller gets it, `application/problem+json` of RFC 9457.
///
/// @param type reference that identifies the kind, `/problems/<code>`
/// @param title a short sentence, the same for every occurrence of the kind
/// @param status HTTP status
/// @param detail what is wrong this time
/// @param hint what to do about it
/// @param errors every fault of a body or a query
/// @param run the run that the problem is about
/// @param errorId where to find the cause in the log of the instance
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ProblemDocument(
        String type,
        String title,
        int status,
        String detail,
        String hint,
        List<Fault> errors,
        Optional<String> run,
        Optional<String> errorId) {
    /// The media type of a problem.
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();

    public ProblemDocument {
        errors = List.copyOf(errors);
    }

    /// One fault of a body or a query.
    ///
    /// @param pointer JSON pointer to the field, `/variables/HOME`; for a query `/<parameter>`
    /// @param detail what is wrong
    /// @param hint what to do about it; left out when the detail says it
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Fault(String pointer, String detail, String hint) {}

    /// A problem of this type.
    public static ProblemDocument of(ProblemType type, String detail) {
        return new ProblemDocument(
                type.reference(),
                type.title(),
                type.status(),
                detail,
                type.remedy(),
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /// A problem of this type that is the sum of its faults, at least one.
    public static ProblemDocument of(ProblemType type, List<Fault> faults) {
        Fault first = faults.getFirst();
        String more = faults.size() == 1 ? "" : " (and " + (faults.size() - 1) + " more)";
        String detail = first.pointer() + ": " + first.detail() + more;
        return new ProblemDocument(
                type.reference(),
                type.title(),
                type.status(),
                detail,
                first.hint().isEmpty() ? type.remedy() : first.hint(),
                faults,
                Optional.empty(),
                Optional.empty());
    }

    /// The same problem with another hint than the one of its type.
    public ProblemDocument withHint(String otherHint) {
        return new ProblemDocument(type, title, status, detail, otherHint, errors, run, errorId);
    }

    /// The same problem, about a run.
    public ProblemDocument about(RunId id) {
        return new ProblemDocument(
                type, title, status, detail, hint, errors, Optional.of(id.toString()), errorId);
    }

    /// The same problem under a status that its type is not made for.
    ProblemDocument answeredWith(int otherStatus) {
        return new ProblemDocument(type, title, otherStatus, detail, hint, errors, run, errorId);
    }

    ProblemDocument logged(String id) {
        return new ProblemDocument(type, title, status, detail, hint, errors, run, Optional.of(id));
    }

    /// The JSON text.
    public byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem is plain data", e);
        }
    }
}
