package dev.runnel.executor.process;

import dev.runnel.executor.StepKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The processes of an attempt: those in the sessions of its keeper and its step, and those that
/// left them but still have the variable that every process of a step inherits.
///
/// A process that left its session *and* its environment is not found again.
final class AttemptProcesses {
    private static final String VARIABLE = "RUNNEL_ATTEMPT_KEY";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final AttemptFolder folder;
    private final String mark;

    AttemptProcesses(AttemptFolder folder, StepKey key) {
        this.folder = folder;
        this.mark = VARIABLE + "=" + key;
    }

    static void mark(Map<String, String> environment, StepKey key) {
        environment.put(VARIABLE, key.toString());
    }

    /// Whether somebody is still there to write down how the step ends.
    boolean isKept() throws IOException {
        return keeper().isPresent();
    }

    /// Asks every process of the step to end.
    ///
    /// @return false when the step does not run yet
    boolean terminateStep() throws IOException {
        if (folder.step().isEmpty()) {
            return false;
        }
        find(false).forEach(HostProcess::terminate);
        return true;
    }

    /// Ends every process of the step at once.
    void killStep() throws IOException {
        kill(false);
    }

    /// Ends every process of the step and its keeper at once.
    void killAll() throws IOException {
        kill(true);
    }

    // again and again, because a process may fork between the look and the blow
    private void kill(boolean keeperToo) throws IOException {
        await(() -> {
            List<HostProcess> left = find(keeperToo);
            left.forEach(HostProcess::kill);
            return left.isEmpty();
        });
    }

    /// Waits until the keeper has carried all output to the files.
    void awaitKeeper() throws IOException {
        await(() -> !isKept());
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        while (!condition.holds() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                // what was begun here must be finished; whoever waits next will notice
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<HostProcess> keeper() throws IOException {
        return folder.keeper().filter(HostProcess::isAlive);
    }

    private List<HostProcess> find(boolean keeperToo) throws IOException {
        Optional<HostProcess> keeper = keeper();
        // the number of a session is free for others once nobody is left of it
        Optional<HostProcess> step =
                folder.step().filter(leader -> keeper.isPresent() || leader.isAlive());
        long self = ProcessHandle.current().pid();
        return HostProcess.all().stream()
                .filter(process -> process.pid() != self)
                .filter(process ->
                        isOf(keeper, process)
                                ? keeperToo
                                : isOf(step, process) || process.hasVariable(mark))
                .toList();
    }

    private static boolean isOf(Optional<HostProcess> leader, HostProcess process) {
        return leader.filter(it -> process.session() == it.pid() || process.group() == it.pid())
                .isPresent();
    }
}
