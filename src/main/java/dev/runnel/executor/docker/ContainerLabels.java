package dev.runnel.executor.docker;

import dev.runnel.executor.StepKey;
import dev.runnel.run.RunId;
import java.util.Map;
import java.util.Optional;

/// The labels that say whose a container is.
final class ContainerLabels {
    static final String INSTALLATION = "dev.runnel.installation";
    static final String NONCE = "dev.runnel.nonce";
    private static final String RUN = "dev.runnel.run";
    private static final String STEP = "dev.runnel.step";
    private static final String ATTEMPT = "dev.runnel.attempt";

    private ContainerLabels() {}

    static Map<String, String> of(StepKey key, String installation, String nonce) {
        return Map.of(
                INSTALLATION,
                installation,
                RUN,
                key.run().toString(),
                STEP,
                String.valueOf(key.step()),
                ATTEMPT,
                String.valueOf(key.attempt()),
                NONCE,
                nonce);
    }

    static Optional<StepKey> key(Map<String, String> labels) {
        try {
            int step = Integer.parseInt(labels.getOrDefault(STEP, ""));
            int attempt = Integer.parseInt(labels.getOrDefault(ATTEMPT, ""));
            return RunId.parse(labels.getOrDefault(RUN, ""))
                    .map(run -> new StepKey(run, step, attempt));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
