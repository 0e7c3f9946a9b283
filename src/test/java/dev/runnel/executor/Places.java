package dev.runnel.executor;

import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Sidecar;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Places that ask for one thing.
public final class Places {
    private Places() {}

    public static StepSpec in(StepSpec spec, Setting setting) {
        return with(spec, setting, spec.sidecars());
    }

    public static StepSpec beside(StepSpec spec, Sidecar... sidecars) {
        return with(spec, spec.setting(), List.of(sidecars));
    }

    private static StepSpec with(StepSpec spec, Setting setting, List<Sidecar> sidecars) {
        return new StepSpec(
                spec.key(),
                spec.image(),
                spec.script(),
                spec.environment(),
                spec.workspace(),
                spec.workspacePath(),
                spec.limits(),
                setting,
                sidecars,
                spec.mounts());
    }

    public static Setting after(String... commands) {
        return new Wish().after(List.of(commands)).setting();
    }

    public static Setting workdir(String folder) {
        return new Wish().workdir(folder).setting();
    }

    public static Setting shell(String path) {
        return new Wish().shell(path).setting();
    }

    public static Setting user(String name) {
        return new Wish().user(name).setting();
    }

    public static Setting network(String name) {
        return new Wish().network(name).setting();
    }

    public static Setting resources(Resources resources) {
        return new Wish().resources(resources).setting();
    }

    public static Setting job(List<String> command, String... arguments) {
        return new Wish().job(new Job(command, List.of(arguments))).setting();
    }

    /// A setting in the making.
    public record Wish(
            Optional<String> folder,
            Optional<String> program,
            Optional<String> name,
            Optional<String> net,
            Resources most,
            List<String> last,
            Optional<Job> only) {
        public Wish() {
            this(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Resources.UNSAID,
                    List.of(),
                    Optional.empty());
        }

        public Wish workdir(String path) {
            return new Wish(Optional.of(path), program, name, net, most, last, only);
        }

        public Wish shell(String path) {
            return new Wish(folder, Optional.of(path), name, net, most, last, only);
        }

        public Wish user(String user) {
            return new Wish(folder, program, Optional.of(user), net, most, last, only);
        }

        public Wish network(String network) {
            return new Wish(folder, program, name, Optional.of(network), most, last, only);
        }

        public Wish resources(Resources resources) {
            return new Wish(folder, program, name, net, resources, last, only);
        }

        public Wish after(List<String> commands) {
            return new Wish(folder, program, name, net, most, commands, only);
        }

        public Wish job(Job job) {
            return new Wish(folder, program, name, net, most, last, Optional.of(job));
        }

        public Setting setting() {
            return new Setting(
                    Map.of(), folder, program, name, net, most, last, only, Setting.Folder.SHARED);
        }
    }
}
