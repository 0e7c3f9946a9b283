package dev.runnel.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The kinds of problems that this installation answers with. A type never changes its meaning; its
/// page under `/problems/<code>` explains it.
public enum ProblemType {
    /// See `meaning`, as for all.
    MALFORMED_JSON(
            400,
            "The body is not valid JSON",
            "The body could not be read as one JSON object. The detail says where reading stopped.",
            "Correct the JSON at the line and column given; send it as UTF-8."),
    /// The fields of the body.
    INVALID_REQUEST(
            400,
            "The request has faults",
            "The body is JSON, but its fields are not what this operation takes. `errors` lists"
                    + " every fault with a JSON pointer to it.",
            "Correct every field that `errors` names and send the request again."),
    /// The query.
    INVALID_PARAMETER(
            400,
            "A query parameter is not valid",
            "A parameter of the query is unknown, or its value is not one that it takes.",
            "Correct the parameter that `errors` names."),
    /// The cursor of a list.
    INVALID_CURSOR(
            400,
            "The cursor does not belong here",
            "A cursor continues one list with one set of filters. This one is damaged, or was given"
                    + " out for another list or other filters.",
            "Take `next` (or the Link header) of the page before, with the same filters, or begin"
                    + " again without a cursor."),
    /// Where to resume a stream.
    INVALID_POSITION(
            400,
            "The position in the log is not valid",
            "`Last-Event-ID` and `after` take the number of an event of this run that was received"
                    + " before, or 0 for the start.",
            "Send the `id` of the last event that you have, or leave it out to get everything."),
    /// The header.
    INVALID_IDEMPOTENCY_KEY(
            400,
            "The Idempotency-Key is not valid",
            "An `Idempotency-Key` is given once and has 1 to 255 visible ASCII characters.",
            "Use a random UUID for every new request, and the same one to repeat it."),
    /// The header was used before.
    IDEMPOTENCY_KEY_TAKEN(
            409,
            "The Idempotency-Key stands for another request",
            "A request with this key came before and asked for something else; `run` is its run.",
            "Use a new key for a new request; to repeat the old one, send exactly its body."),
    /// The header.
    RANGE_NOT_SATISFIABLE(
            416,
            "The range is not in the text",
            "`Range` asks for bytes after the end of the text. `Content-Range` says how many it has.",
            "Ask for bytes that are there, or leave out the header."),
    /// The time for a search.
    SEARCH_TOO_LONG(
            422,
            "The search took too long",
            "A search reads a log from its beginning, and is given up after `runnel.events.search-time`.",
            "Narrow it with `step` or `stream`, look for a plain text, or fetch the log."),
    /// The limit of a concurrency group.
    CONCURRENCY_REJECTED(
            409,
            "Another run of the group is live",
            "As many runs of the request's concurrency group are live as its limit allows, and its"
                    + " policy is `reject`; `run` is one of them.",
            "Wait until that run has ended, cancel it, or ask with the policy `queue` or"
                    + " `cancel-previous`."),
    /// A repository that no run is of.
    REPOSITORY_NOT_KNOWN(
            404,
            "No run is of this repository",
            "A repository is known by the runs that were asked for, as `owner/name`.",
            "Check the name; `repository` of a run shows it."),
    /// No such run.
    RUN_NOT_FOUND(
            404,
            "There is no such run",
            "No run has this id, or it was removed.",
            "Check the id; `GET /api/v1/runs` lists the runs."),
    /// No such step.
    STEP_NOT_FOUND(
            404,
            "The run has no such step",
            "Steps are numbered from 1, and known once the pipeline file is read.",
            "Look at the `steps` of the run; cancel the whole run while there are none."),
    /// No such file.
    ARTIFACT_NOT_FOUND(
            404,
            "The step left no such file",
            "No file with this path was stored for the step, or it was removed because it was old.",
            "`GET /api/v1/runs/{id}/artifacts` lists what there is."),
    /// Nothing to approve of.
    STEP_NOT_WAITING(
            409,
            "The step does not wait for approval",
            "Only a step with a manual trigger waits, once the steps that it needs have ended and"
                    + " its condition holds.",
            "Look at `waitingFor` of the step, or wait for the event `step.waiting`."),
    /// Too early to repeat it.
    RUN_NOT_ENDED(
            409,
            "The run has not ended yet",
            "Only a run that has ended can be repeated.",
            "Wait for its end, or cancel it first: `POST /api/v1/runs/{id}/cancel`."),
    /// Nothing to begin from.
    NOTHING_FAILED(
            409,
            "No step of the run failed",
            "A run whose steps were all successful has nothing to go on from.",
            "Repeat it from the start: leave out `from`."),
    /// The log is gone, the run is not.
    LOG_REMOVED(
            410,
            "The log of the run was removed",
            "The run ended so long ago that its log is not kept any more; its steps, commands and"
                    + " outcome are.",
            "Look at the run itself. `PUT /api/v1/runs/{id}/pin` keeps the log of a run that"
                    + " matters, when it is done in time."),
    /// No such path.
    NOT_FOUND(
            404,
            "There is nothing here",
            "No operation has this path.",
            "See `/q/openapi` or `/q/swagger-ui` for the paths that exist."),
    /// No such method.
    METHOD_NOT_ALLOWED(
            405,
            "The method is not allowed here",
            "The path exists, but not with this method.",
            "Use one of the methods in the `Allow` header."),
    /// The Accept header.
    NOT_ACCEPTABLE(
            406,
            "None of the accepted media types is offered",
            "The `Accept` header leaves no form that this operation can answer in.",
            "Accept `application/json`, for events `text/event-stream` or `application/x-ndjson`,"
                    + " for a log `text/plain`."),
    /// The body is too large.
    BODY_TOO_LARGE(
            413,
            "The body is too large",
            "The body of a request has 256 KiB at the most.",
            "Send less; put large data into a file of the repository."),
    /// The Content-Type header.
    UNSUPPORTED_MEDIA_TYPE(
            415,
            "The body has the wrong media type",
            "This operation takes JSON.",
            "Send the header `Content-Type: application/json`."),
    /// Another fault of the request, seen by the HTTP layer.
    BAD_REQUEST(
            400,
            "The request cannot be read",
            "The request does not follow HTTP, or a part of it is not what the operation takes.",
            "See `detail`."),
    /// A fault of this side.
    INTERNAL_ERROR(
            500,
            "Something went wrong on this side",
            "The request met a fault of Runnel. Nobody knows whether it took effect.",
            "Look up `errorId` in the log of the instance; with an `Idempotency-Key` the request can"
                    + " be repeated safely."),
    /// The database is away.
    STORE_UNAVAILABLE(
            503,
            "The database does not answer",
            "The request could not be carried out because the database did not answer in time.",
            "Try again after the seconds in `Retry-After`, best with an `Idempotency-Key`."),
    /// Somebody paused the intake.
    INTAKE_PAUSED(
            503,
            "New runs are not accepted for now",
            "An operator paused the intake; `GET /api/v1/queue` shows who, when and why. Runs that"
                    + " were accepted before go on.",
            "Try again after the seconds in `Retry-After`, best with an `Idempotency-Key`."),
    /// The instance ends.
    SHUTTING_DOWN(
            503,
            "This instance is ending",
            "The instance finishes its work and takes no new runs.",
            "Try again after the seconds in `Retry-After`; another instance or the restarted one"
                    + " will answer.");

    private final int status;
    private final String title;
    private final String meaning;
    private final String remedy;

    ProblemType(int status, String title, String meaning, String remedy) {
        this.status = status;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    /// The word in kebab case: `malformed-json`.
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The reference that identifies the type: `/problems/malformed-json`.
    public String reference() {
        return "/problems/" + code();
    }

    /// HTTP status.
    public int status() {
        return status;
    }

    /// A short sentence, the same for every occurrence.
    public String title() {
        return title;
    }

    /// One or two sentences: what it means.
    public String meaning() {
        return meaning;
    }

    /// One or two sentences: what to do.
    public String remedy() {
        return remedy;
    }

    /// The type with this code.
    public static Optional<ProblemType> parse(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }

    /// The type that says no more than an HTTP status does.
    static ProblemType ofStatus(int status) {
        return switch (status) {
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 413 -> BODY_TOO_LARGE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            default -> status >= 500 ? INTERNAL_ERROR : BAD_REQUEST;
        };
    }
}
