package dev.runnel.sink.aerunner;

import dev.runnel.network.AddressGuard;
import dev.runnel.run.RunId;
import dev.runnel.sink.SinkException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends JSON to receivers. Follows no redirects: whoever may not be called directly may not be
/// called through a detour either.
final class CallbackClient {
    private static final long LONGEST_ANSWER = 1 << 20;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    private final Duration timeout;
    private final AddressGuard guard;
    private final HttpClient http;

    CallbackClient(Duration timeout, AddressGuard guard) {
        this.timeout = timeout;
        this.guard = guard;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(timeout)
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    /// One message.
    ///
    /// @param method `POST` or `PATCH`
    /// @param user name and password, `name:password`
    /// @param guarded whether the guard has to allow the address
    /// @param seq sequence number of the last event that the body knows of
    record Message(
            String method,
            URI uri,
            Optional<String> user,
            boolean guarded,
            RunId run,
            long seq,
            String body) {}

    /// What a receiver made of a message.
    sealed interface Answer {
        /// It took it.
        ///
        /// @param body what it said
        record Taken(String body) implements Answer {}

        /// It will not take it, nor another one.
        ///
        /// @param why for people
        record Refused(String why) implements Answer {}
    }

    /// Sends the message and waits for the answer.
    ///
    /// @throws SinkException when there was none, or one that asks to come again
    Answer send(Message message) throws SinkException, InterruptedException {
        URI uri = message.uri();
        if (!Target.isCallable(uri)) {
            return new Answer.Refused("it is not an http or https address");
        }
        try {
            if (message.guarded()
                    && guard.check(uri.getHost()) instanceof AddressGuard.Refused refused) {
                return new Answer.Refused(refused.message());
            }
            return judge(uri, exchange(request(message)));
        } catch (IOException e) {
            throw new SinkException(Target.loggable(uri) + " cannot be reached: " + e, e);
        }
    }

    private HttpRequest request(Message message) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(withoutUser(message.uri()))
                        .timeout(timeout)
                        .header("Content-Type", "application/json")
                        .header("User-Agent", "runnel")
                        .header("Runnel-Run", message.run().toString())
                        .header("Runnel-Sequence", Long.toString(message.seq()))
                        .method(
                                message.method(),
                                HttpRequest.BodyPublishers.ofString(message.body()));
        message.user()
                .map(user ->
                        Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)))
                .ifPresent(user -> request.header("Authorization", "Basic " + user));
        return request.build();
    }

    private HttpResponse<String> exchange(HttpRequest request)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST_ANSWER));
        try {
            // the request's own timeout ends with the head of the answer
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private static Answer judge(URI uri, HttpResponse<String> response) throws SinkException {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return new Answer.Taken(response.body());
        }
        if (status >= 500 || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS) {
            throw new SinkException(
                    Target.loggable(uri) + " answered " + status, retryAfter(response));
        }
        return new Answer.Refused(
                "it answered " + status + (status < 400 ? "; redirects are not followed" : ""));
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }

    private static URI withoutUser(URI uri) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return uri.getRawUserInfo() == null ? uri : URI.create(Target.loggable(uri) + query);
    }

    void close() {
        http.shutdownNow();
    }
}
