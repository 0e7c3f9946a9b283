package dev.runnel.executor.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.run.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Says what the container of an attempt is like.
final class ContainerPlan {
    static final String INSTALLATION = "dev.runnel.installation";
    static final String NONCE = "dev.runnel.nonce";
    private static final String RUN = "dev.runnel.run";
    private static final String STEP = "dev.runnel.step";
    private static final String ATTEMPT = "dev.runnel.attempt";

    private static final List<String> NO_HEALTH_CHECK = List.of("NONE");

    // What package managers need inside the container. Nothing that reaches the host.
    private static final Capability[] CAPABILITIES = {
        Capability.CHOWN,
        Capability.DAC_OVERRIDE,
        Capability.FOWNER,
        Capability.FSETID,
        Capability.KILL,
        Capability.SETGID,
        Capability.SETUID
    };

    private final DockerConfig config;

    ContainerPlan(DockerConfig config) {
        this.config = config;
    }

    static String name(StepKey key) {
        return "runnel-" + key;
    }

    /// @param processors how many the engine's machine has
    void fill(CreateContainerCmd command, StepSpec spec, ShellProgram program, int processors) {
        command.withName(name(spec.key()))
                .withLabels(labels(spec.key(), program.nonce()))
                .withEntrypoint("/bin/sh")
                .withCmd(program.arguments())
                .withEnv(
                        spec.environment().entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .toList())
                .withWorkingDir(spec.workspacePath())
                .withTty(false)
                .withStdinOpen(false)
                .withHealthcheck(new HealthCheck().withTest(NO_HEALTH_CHECK))
                // An engine that shuts down would wait for a shell that ignores TERM, and the exit
                // would look as if the step had ended by itself.
                .withStopSignal("SIGKILL")
                .withHostConfig(hostConfig(spec, processors));
    }

    private Map<String, String> labels(StepKey key, String nonce) {
        return Map.of(
                INSTALLATION,
                config.installation(),
                RUN,
                key.run().toString(),
                STEP,
                String.valueOf(key.step()),
                ATTEMPT,
                String.valueOf(key.attempt()),
                NONCE,
                nonce);
    }

    /// The attempt that a container with these labels is.
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

    private HostConfig hostConfig(StepSpec spec, int processors) {
        StepSpec.Limits limits = spec.limits();
        return HostConfig.newHostConfig()
                .withMounts(List.of(workspace(spec)))
                .withNetworkMode(config.network())
                .withCapDrop(Capability.ALL)
                .withCapAdd(CAPABILITIES)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withMemory(limits.memoryBytes())
                .withMemorySwap(limits.memoryBytes())
                // The engine refuses more processors than there are
                .withNanoCPUs((long) (Math.min(limits.cpus(), processors) * 1e9))
                .withPidsLimit((long) limits.processes())
                .withLogConfig(
                        new LogConfig(
                                LogConfig.LoggingType.LOCAL,
                                Map.of(
                                        "max-size",
                                        config.logMaxSize(),
                                        "max-file",
                                        "1",
                                        "compress",
                                        "false")));
    }

    private Mount workspace(StepSpec spec) {
        return new Mount()
                .withType(MountType.BIND)
                .withSource(seenByEngine(spec.workspace()).toString())
                .withTarget(spec.workspacePath());
    }

    private Path seenByEngine(Path workspace) {
        Path here = workspace.toAbsolutePath().normalize();
        return config.dataDir()
                .map(folder -> folder.toAbsolutePath().normalize())
                .filter(here::startsWith)
                .flatMap(folder ->
                        config.hostDataDir().map(there -> there.resolve(folder.relativize(here))))
                .orElse(here);
    }
}
