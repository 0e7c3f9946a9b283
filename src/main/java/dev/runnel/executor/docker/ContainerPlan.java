package dev.runnel.executor.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import dev.runnel.executor.PlaceRules;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepKey;
import dev.runnel.executor.StepSpec;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.run.Reason;
import dev.runnel.run.RunId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says what the containers of an attempt are like.
final class ContainerPlan {
    static final String INSTALLATION = "dev.runnel.installation";
    static final String NONCE = "dev.runnel.nonce";
    static final String WAITING = "dev.runnel.waiting";
    private static final String SERVICE = "dev.runnel.service";
    private static final String RUN = "dev.runnel.run";
    private static final String STEP = "dev.runnel.step";
    private static final String ATTEMPT = "dev.runnel.attempt";

    private static final Pattern NAME = Pattern.compile("/?runnel-(.+)-(\\d+)-(\\d+)");
    private static final String NO_NETWORK = "none";
    private static final String DEFAULT_NETWORK = "default";
    private static final String SERVICE_LOG = "10m";
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

    /// Of the container in which the commands run.
    static String name(StepKey key) {
        return "runnel-" + key;
    }

    /// Of a container beside it.
    ///
    /// @param number from 1
    static String name(StepKey key, int number) {
        return name(key) + "-service-" + number;
    }

    /// The network of a step, as the engine knows it.
    String network(StepSpec spec) throws Refusal {
        Optional<String> asked = spec.setting().network();
        if (asked.isEmpty() || asked.get().equals(DEFAULT_NETWORK)) {
            return config.network();
        }
        if (asked.get().equals(NO_NETWORK)) {
            return NO_NETWORK;
        }
        String known = config.networks().get(asked.get());
        if (known == null) {
            SortedSet<String> names = new TreeSet<>(config.networks().keySet());
            names.add(NO_NETWORK);
            names.add(DEFAULT_NETWORK);
            throw new Refusal(
                    Reason.NOT_POSSIBLE,
                    "there is no network `%s` here; there are %s (runnel.docker.networks)"
                            .formatted(asked.get(), String.join(", ", names)));
        }
        return known;
    }

    /// The container in which the commands run.
    ///
    /// @param network as the engine knows it
    /// @param processors how many the engine's machine has
    void fill(
            CreateContainerCmd command,
            StepSpec spec,
            ShellProgram program,
            String network,
            int processors) {
        Map<String, String> labels = labels(spec.key());
        labels.put(NONCE, program.nonce());
        Optional<Job> job = spec.setting().job();
        if (job.isEmpty()) {
            command.withEntrypoint(spec.shell()).withCmd(program.arguments());
        } else {
            run(command, job.get());
        }
        spec.setting().user().ifPresent(command::withUser);
        common(command, labels, spec.environment())
                .withWorkingDir(PlaceRules.directory(spec))
                .withHostConfig(
                        hostConfig(spec.allowed(), network, config.logMaxSize(), processors)
                                .withMounts(mounts(spec)));
    }

    /// A container whose shell waits for its program.
    ///
    /// @param labels what tells it from others
    /// @param folder that it sees as the workspace
    void fill(
            CreateContainerCmd command,
            WaitingContainer.Place place,
            Map<String, String> labels,
            Path folder,
            int processors) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(INSTALLATION, config.installation());
        place.user().ifPresent(command::withUser);
        common(command, all, Map.of())
                .withEntrypoint(place.shell())
                .withStdinOpen(true)
                // it ends when nobody can send it a program any more
                .withStdInOnce(true)
                .withWorkingDir(place.workspacePath())
                .withHostConfig(
                        hostConfig(place.limits(), place.network(), config.logMaxSize(), processors)
                                .withMounts(List.of(bind(folder, place.workspacePath()))));
    }

    private static void run(CreateContainerCmd command, Job job) {
        if (!job.command().isEmpty()) {
            command.withEntrypoint(job.command());
        }
        if (!job.arguments().isEmpty()) {
            command.withCmd(job.arguments());
        }
    }

    /// A container beside the step: the image's own program, no workspace.
    ///
    /// @param number from 1
    void fill(
            CreateContainerCmd command,
            StepSpec spec,
            Sidecar sidecar,
            int number,
            String network,
            int processors) {
        Map<String, String> labels = labels(spec.key());
        labels.put(SERVICE, String.valueOf(number));
        StepSpec.Limits most = spec.limits();
        long memory =
                Math.min(most.memoryBytes(), sidecar.memoryBytes().orElse(most.memoryBytes()));
        StepSpec.Limits limits = new StepSpec.Limits(memory, most.cpus(), most.processes());
        common(command, labels, sidecar.environment())
                .withHostConfig(hostConfig(limits, network, SERVICE_LOG, processors));
    }

    private static CreateContainerCmd common(
            CreateContainerCmd command,
            Map<String, String> labels,
            Map<String, String> environment) {
        return command.withLabels(labels)
                .withEnv(
                        environment.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .toList())
                .withTty(false)
                .withStdinOpen(false)
                .withHealthcheck(new HealthCheck().withTest(NO_HEALTH_CHECK))
                // An engine that shuts down would wait for a shell that ignores TERM, and the exit
                // would look as if the step had ended by itself.
                .withStopSignal("SIGKILL");
    }

    private Map<String, String> labels(StepKey key) {
        Map<String, String> labels = new HashMap<>(labelsOf(key));
        labels.put(INSTALLATION, config.installation());
        return labels;
    }

    /// What all containers of an attempt have in common.
    static Map<String, String> labelsOf(StepKey key) {
        return Map.of(
                RUN,
                key.run().toString(),
                STEP,
                String.valueOf(key.step()),
                ATTEMPT,
                String.valueOf(key.attempt()));
    }

    /// The attempt that a container is. One that waited for it has its name alone.
    static Optional<StepKey> key(Container container) {
        Map<String, String> labels = container.getLabels();
        if (labels.containsKey(RUN)) {
            return key(
                    labels.getOrDefault(RUN, ""),
                    labels.getOrDefault(STEP, ""),
                    labels.getOrDefault(ATTEMPT, ""));
        }
        String[] names = container.getNames();
        Matcher name = NAME.matcher(names == null || names.length == 0 ? "" : names[0]);
        return name.matches() ? key(name.group(1), name.group(2), name.group(3)) : Optional.empty();
    }

    private static Optional<StepKey> key(String run, String step, String attempt) {
        try {
            int number = Integer.parseInt(step);
            int count = Integer.parseInt(attempt);
            return RunId.parse(run).map(id -> new StepKey(id, number, count));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static HostConfig hostConfig(
            StepSpec.Limits limits, String network, String logSize, int processors) {
        return HostConfig.newHostConfig()
                .withNetworkMode(network)
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
                                Map.of("max-size", logSize, "max-file", "1", "compress", "false")));
    }

    private List<Mount> mounts(StepSpec spec) {
        List<Mount> mounts = new ArrayList<>();
        mounts.add(bind(spec.workspace(), spec.workspacePath()));
        spec.mounts().forEach((path, folder) -> mounts.add(bind(folder, path)));
        return mounts;
    }

    private Mount bind(Path folder, String path) {
        return new Mount()
                .withType(MountType.BIND)
                .withSource(seenByEngine(folder).toString())
                .withTarget(path);
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
