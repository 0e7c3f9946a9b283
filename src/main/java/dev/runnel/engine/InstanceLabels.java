package dev.runnel.engine;

import dev.runnel.pipeline.Placement;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// The labels of an instance: those that it is given, and those that say where its steps run.
public final class InstanceLabels {
    private InstanceLabels() {}

    /// All labels.
    ///
    /// Built in are `self.hosted`, and, as Bitbucket labels its runners, `linux` (64-bit Intel and
    /// AMD; also `linux.amd64`) or `linux.arm64`. Steps that run as plain processes of the machine
    /// have its own system there, `macos` for example, and `linux.shell` or the like as well.
    ///
    /// @param executor name of the executor; all but `process` run steps in containers of Linux
    /// @param system name of the operating system, as Java says it
    /// @param architecture name of the architecture, as Java says it
    /// @throws IllegalArgumentException when one of those that are given cannot be a label; the
    ///   message says which
    public static Set<String> of(
            Collection<String> given, String executor, String system, String architecture) {
        Set<String> labels = new TreeSet<>();
        for (String label : given) {
            if (!Placement.isLabel(label)) {
                throw new IllegalArgumentException(
                        "'%s' is no label: use up to 63 letters, digits, '.', '_' and '-'"
                                .formatted(label));
            }
            labels.add(label);
        }
        if (labels.size() > Placement.MOST_LABELS) {
            throw new IllegalArgumentException(
                    "there are " + labels.size() + " labels; give 50 at the most");
        }
        boolean plain = executor.equals("process");
        String os = plain ? system(system) : "linux";
        String machine = architecture(architecture);
        labels.add("self.hosted");
        labels.add(os + "." + machine);
        // Bitbucket's word for the usual architecture is the system alone
        if (machine.equals("amd64") || !os.equals("linux")) {
            labels.add(os);
        }
        if (plain) {
            labels.add(os + ".shell");
        }
        return labels;
    }

    private static String system(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        return word.startsWith("mac") ? "macos" : word.startsWith("windows") ? "windows" : word;
    }

    private static String architecture(String name) {
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
