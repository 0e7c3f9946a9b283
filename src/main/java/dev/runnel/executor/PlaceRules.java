package dev.runnel.executor;

import dev.runnel.pipeline.Setting;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// What holds of the place of a step on every engine.
public final class PlaceRules {
    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash");

    private PlaceRules() {}

    /// What an attempt asks for and no engine can give.
    ///
    /// @return empty when all is well; else one sentence for people
    public static Optional<String> broken(StepSpec spec) {
        Setting setting = spec.setting();
        if (setting.workdir().filter(folder -> leaves(folder)).isPresent()) {
            return Optional.of(
                    "the working directory `"
                            + setting.workdir().get()
                            + "` is not below the workspace; name it relative to the root of the"
                            + " repository");
        }
        String shell = spec.shell();
        if (!shell.startsWith("/") || shell.indexOf('\0') >= 0) {
            return Optional.of("the shell `" + shell + "` is not an absolute path");
        }
        if (!SHELLS.contains(shell.substring(shell.lastIndexOf('/') + 1))) {
            return Optional.of(
                    "`"
                            + shell
                            + "` cannot run a script; sh, bash, dash and ash can, and a script may"
                            + " call any other interpreter");
        }
        if (setting.job().isPresent() && !setting.afterScript().isEmpty()) {
            return Optional.of(
                    "a step whose image is the job has no shell and so no after-script; put it into"
                            + " a step of its own that always runs");
        }
        return Optional.empty();
    }

    private static boolean leaves(String folder) {
        return folder.startsWith("/")
                || folder.indexOf('\0') >= 0
                || Path.of(folder).normalize().startsWith("..");
    }

    /// The directory in which the commands of an attempt start, as they see it.
    public static String directory(StepSpec spec) {
        String below = below(spec);
        return below.isEmpty() ? spec.workspacePath() : spec.workspacePath() + "/" + below;
    }

    /// The same directory on this machine.
    public static Path directoryHere(StepSpec spec) {
        return spec.workspace().resolve(below(spec));
    }

    private static String below(StepSpec spec) {
        return spec.setting()
                .workdir()
                .map(folder -> Path.of(folder).normalize().toString())
                .orElse("");
    }
}
