package dev.runnel.sink.aerunner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runnel.run.RunId;
import dev.runnel.sink.SinkException;
import dev.runnel.sink.aerunner.CallbackClient.Answer;
import dev.runnel.sink.aerunner.CallbackClient.Message;
import java.lang.System.Logger;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// Tells the receiver of one level of one run, for the time of one delivery, and keeps what has to
/// be remembered.
final class Teller {
    private static final Logger LOG = System.getLogger(Teller.class.getName());

    private final CallbackClient client;
    private final Optional<Target> target;
    private final RunId run;
    private CallbackMemory memory;

    /// @param target empty: the log is told
    Teller(CallbackClient client, Optional<Target> target, RunId run, CallbackMemory memory) {
        this.client = client;
        this.target = target;
        this.run = run;
        this.memory = memory;
    }

    CallbackMemory memory() {
        return memory;
    }

    /// Tells of one object.
    ///
    /// @param key stands for the object among those of its run and level
    /// @param seq sequence number of the last event that the object knows of
    void tell(String key, long seq, Map<String, Object> object)
            throws SinkException, InterruptedException {
        if (target.isEmpty()) {
            LOG.log(Logger.Level.INFO, "CALLBACK:" + Json.write(object));
        } else if (!memory.refused()) {
            tell(target.get(), key, seq, Json.write(object));
        }
    }

    private void tell(Target receiver, String key, long seq, String body)
            throws SinkException, InterruptedException {
        String link = memory.links().getOrDefault(key, "");
        switch (receiver.protocol()) {
            case POST -> send(receiver, "POST", receiver.uri(), seq, body);
            case REGISTER -> {
                if (!link.isEmpty()) {
                    send(receiver, "PATCH", URI.create(link), seq, body);
                } else {
                    Answer answer = send(receiver, "POST", receiver.uri(), seq, body);
                    if (answer instanceof Answer.Taken taken) {
                        register(receiver, key, taken);
                    }
                }
            }
        }
    }

    private Answer send(Target receiver, String method, URI uri, long seq, String body)
            throws SinkException, InterruptedException {
        boolean own = receiver.isOriginOf(uri);
        Answer answer =
                client.send(
                        new Message(
                                method,
                                uri,
                                Optional.ofNullable(own ? receiver.uri().getUserInfo() : null),
                                !(own && receiver.trusted()),
                                run,
                                seq,
                                body));
        if (answer instanceof Answer.Refused(String why)) {
            LOG.log(
                    Logger.Level.WARNING,
                    "run "
                            + run
                            + ": the callback "
                            + Target.loggable(uri)
                            + " is given up: "
                            + why);
            memory = memory.withRefusal();
        }
        return answer;
    }

    private void register(Target receiver, String key, Answer.Taken answer) {
        Optional<URI> link = Json.read(answer.body()).flatMap(body -> selfLink(receiver, body));
        if (link.isEmpty() && !memory.links().containsKey(key)) {
            LOG.log(
                    Logger.Level.WARNING,
                    "run "
                            + run
                            + ": "
                            + Target.loggable(receiver.uri())
                            + " gave no _links.self.href, so it gets every change as a POST");
        }
        memory = memory.withLink(key, link.map(URI::toString).orElse(""));
    }

    private static Optional<URI> selfLink(Target receiver, JsonNode body) {
        String href = body.path("_links").path("self").path("href").asText("");
        // a templated link's optional part
        String address = href.replaceFirst("\\{[^}]*}$", "");
        try {
            return address.isEmpty()
                    ? Optional.empty()
                    : Optional.of(receiver.uri().resolve(address));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
