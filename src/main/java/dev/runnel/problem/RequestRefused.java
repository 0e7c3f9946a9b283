package dev.runnel.problem;

import dev.runnel.problem.ProblemDocument.Fault;
import java.util.List;

/// Ends a request with a problem.
public final class RequestRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ProblemDocument problem;

    public RequestRefused(ProblemDocument problem) {
        // an answer, not a fault of ours: the stack is of no use to anybody
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /// @param detail what is wrong this time
    public RequestRefused(ProblemType type, String detail) {
        this(ProblemDocument.of(type, detail));
    }

    /// A refusal because of one query parameter.
    public static RequestRefused parameter(String name, String detail, String hint) {
        return new RequestRefused(
                ProblemDocument.of(
                        ProblemType.INVALID_PARAMETER,
                        List.of(new Fault("/" + name, detail, hint))));
    }

    /// What the caller is told.
    public ProblemDocument problem() {
        return problem;
    }
}
