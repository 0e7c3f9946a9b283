package dev.runnel.executor.process;

import dev.runnel.executor.PlaceRules;
import dev.runnel.executor.ShellProgram;
import dev.runnel.executor.StepExit.Refused;
import dev.runnel.executor.StepSpec;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.run.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a plain process can have of the place that a step asks for.
final class ProcessPlace {
    private ProcessPlace() {}

    /// Why an attempt cannot start here; empty when it can.
    static Optional<Refused> refusal(StepSpec spec) {
        Optional<String> broken = PlaceRules.broken(spec).or(() -> lacking(spec));
        if (broken.isPresent()) {
            return broken.map(sentence -> new Refused(Reason.NOT_POSSIBLE, sentence));
        }
        if (spec.setting().job().isEmpty() && !Files.isExecutable(Path.of(spec.shell()))) {
            return Optional.of(
                    new Refused(
                            Reason.NO_SHELL, "this machine has no " + spec.shell() + " that runs"));
        }
        return Optional.empty();
    }

    private static Optional<String> lacking(StepSpec spec) {
        Setting setting = spec.setting();
        if (setting.user().isPresent()) {
            return onlyContainer("run as the user `" + setting.user().get() + "`");
        }
        if (setting.network().isPresent()) {
            return onlyContainer("have the network `" + setting.network().get() + "`");
        }
        if (!spec.sidecars().isEmpty()) {
            return onlyContainer("have services beside it");
        }
        if (setting.job().filter(job -> job.command().isEmpty()).isPresent()) {
            return onlyContainer("run the program of its image; a process needs `command`");
        }
        if (!Files.isDirectory(PlaceRules.directoryHere(spec))) {
            return Optional.of(
                    "the workspace has no folder `" + setting.workdir().orElse(".") + "`");
        }
        return Optional.empty();
    }

    private static Optional<String> onlyContainer(String what) {
        return Optional.of(
                "steps run as plain processes here, and only a container can "
                        + what
                        + "; set runnel.executor to docker");
    }

    /// What a step asks for that it does not get, or that nobody holds it to, in one sentence;
    /// empty when nothing.
    static Optional<String> unbounded(StepSpec spec) {
        if (!spec.mounts().isEmpty()) {
            return Optional.of("steps run as plain processes here, which see no caches");
        }
        return spec.setting().resources().equals(Setting.Resources.UNSAID)
                ? Optional.empty()
                : Optional.of(
                        "steps run as plain processes here: nothing bounds their memory,"
                                + " processors and processes");
    }

    /// What an attempt runs.
    ///
    /// @param folder absolute path of where its files will lie
    /// @throws IllegalArgumentException when a command holds NUL, which no program can be given
    static AttemptFolder.Program program(StepSpec spec, String nonce, Path folder) {
        Optional<Job> job = spec.setting().job();
        if (job.isPresent()) {
            List<String> call = new ArrayList<>(job.get().command());
            call.addAll(job.get().arguments());
            if (call.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
                throw new IllegalArgumentException("the command holds a NUL character");
            }
            return new AttemptFolder.Program(nonce, Map.of(), call);
        }
        ShellProgram program = ShellProgram.of(spec, nonce);
        return new AttemptFolder.Program(
                nonce,
                program.files(folder.toString()),
                List.of(spec.shell(), folder.resolve(ShellProgram.PROGRAM).toString()));
    }
}
