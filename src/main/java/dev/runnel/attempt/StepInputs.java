package dev.runnel.attempt;

import dev.runnel.artifact.FolderReader;
import dev.runnel.exchange.Suppliers;
import dev.runnel.pipeline.Exchange.Goods;
import dev.runnel.run.Reason;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Looks whether what a step says it takes is there.
public final class StepInputs {
    private static final int MOST_TOLD = 10;

    private StepInputs() {}

    /// Looks, before the first command.
    ///
    /// @param folder in which the step works
    /// @param variables names of those that are set
    /// @return how the step ends when something is missing
    public static Optional<StepOutcome> check(Goods inputs, Path folder, Set<String> variables) {
        List<String> missing = new ArrayList<>();
        inputs.variables().stream()
                .filter(name -> !variables.contains(name))
                .forEach(name -> missing.add("the variable " + name + " is not set"));
        if (!inputs.files().isEmpty()) {
            try {
                withoutFile(inputs.files(), folder)
                        .forEach(glob -> missing.add("no file matches `" + glob + "`"));
            } catch (IOException e) {
                missing.add("its workspace cannot be read");
            }
        }
        String told = String.join("; ", missing.stream().limit(MOST_TOLD).toList());
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        StepOutcome.failed(Reason.INPUTS_MISSING, "not started because " + told));
    }

    private static Set<String> withoutFile(List<String> globs, Path folder) throws IOException {
        Set<String> left = new LinkedHashSet<>(globs);
        FolderReader.read(
                folder,
                new FolderReader.Visitor() {
                    @Override
                    public boolean wants(String path) {
                        // nothing has to be opened to know that it is there
                        left.removeIf(glob -> Suppliers.covers(glob, path));
                        return false;
                    }

                    @Override
                    public void file(
                            String path, PosixFileAttributes attributes, SeekableByteChannel in) {}

                    @Override
                    public void other(String path, Optional<String> link) {}

                    @Override
                    public void skipped(String path, String why) {}
                });
        return left;
    }
}
