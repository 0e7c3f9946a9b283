package dev.runnel.app;

import dev.runnel.executor.Executor;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Picks the executor that `runnel.executor` names.
@Singleton
final class ExecutorChoice {
    private static final Logger LOG = Logger.getLogger(ExecutorChoice.class);
    private static final String AUTO = "auto";
    private static final String WANTED = "docker";
    private static final String FALLBACK = "process";

    private final Executor executor;

    @Inject
    ExecutorChoice(@Any Instance<Executor> executors, RunnelConfig config) {
        List<Executor> all = executors.stream().toList();
        this.executor =
                config.executor().equals(AUTO) ? whatAnswers(all) : named(all, config.executor());
        if (!executor.isolates()) {
            LOG.warnf(
                    "The '%s' executor ISOLATES NOTHING: steps run as this user on this machine,"
                            + " images are ignored. Do not run pipelines that you do not trust.",
                    executor.name());
        }
    }

    Executor executor() {
        return executor;
    }

    private static Executor whatAnswers(List<Executor> all) {
        Executor wanted = named(all, WANTED);
        Optional<String> unavailable = wanted.unavailable();
        unavailable.ifPresent(why -> LOG.warnf("No Docker engine: %s", why));
        return unavailable.isPresent() ? named(all, FALLBACK) : wanted;
    }

    private static Executor named(List<Executor> all, String name) {
        return all.stream()
                .filter(executor -> executor.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "runnel.executor: there is no executor '"
                                        + name
                                        + "'; use auto or one of "
                                        + all.stream().map(Executor::name).toList()));
    }
}
