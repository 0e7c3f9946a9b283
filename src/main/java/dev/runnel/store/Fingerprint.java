package dev.runnel.store;

import dev.runnel.run.Callbacks;
import dev.runnel.run.Queueing;
import dev.runnel.run.RunRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.TreeSet;

/// Stands for a request: equal for equal requests, different for different ones (SHA-256).
final class Fingerprint {
    private Fingerprint() {}

    static String of(RunRequest request) {
        MessageDigest digest = sha256();
        add(digest, request.url());
        add(digest, request.ref().orElse(""));
        add(digest, request.pipeline().orElse(""));
        new TreeMap<>(request.variables())
                .forEach((name, value) -> {
                    add(digest, name);
                    add(digest, value);
                });
        Callbacks callbacks = request.callbacks();
        add(digest, callbacks.toString());
        // a request that does not say how to wait keeps the fingerprint that it had before
        Queueing queueing = request.queueing();
        if (!queueing.equals(Queueing.USUAL)) {
            add(
                    digest,
                    "Queueing[priority=%s, notBefore=%s, concurrency=%s]"
                            .formatted(
                                    queueing.priority(),
                                    queueing.notBefore(),
                                    queueing.concurrency()));
        }
        if (!queueing.labels().isEmpty()) {
            add(digest, "labels");
            new TreeSet<>(queueing.labels()).forEach(label -> add(digest, label));
        }
        if (!request.secrets().isEmpty()) {
            add(digest, "secrets");
            new TreeMap<>(request.secrets())
                    .forEach((name, value) -> {
                        add(digest, name);
                        add(digest, value);
                    });
        }
        request.pullRequest().ifPresent(pull -> add(digest, pull.toString()));
        request.rerun().ifPresent(rerun -> add(digest, rerun.toString()));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        // the length keeps ("ab", "c") apart from ("a", "bc")
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
