package dev.runnel.app;

import dev.runnel.engine.EngineSettings.Shutdown;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The settings of the service as a whole. Each adapter has its own below `runnel.<adapter>`.
@ConfigMapping(prefix = "runnel")
interface RunnelConfig {
    /// Where everything is kept that is not in the database: workspaces, and the embedded database
    /// when none is configured. Default: `$XDG_DATA_HOME/runnel`, else `~/.local/share/runnel`.
    Optional<Path> dataDir();

    /// Where steps run: `docker`, `process`, or `auto`, which is Docker when an engine answers at
    /// start-up and else, with a loud warning, plain processes of this machine.
    @WithDefault("auto")
    String executor();

    /// How many runs this instance drives at a time; 0 is twice the processors.
    @WithDefault("0")
    int maxRuns();

    /// How many steps this instance runs at a time; 0 is as many as runs.
    @WithDefault("0")
    int maxSteps();

    /// How many bytes all steps of a run may print together; the step that goes beyond it, and any
    /// that prints after it, fails with `output-limit`.
    @WithDefault("4G")
    MemorySize runOutput();

    /// The name of this instance, unique among those that share a database. Default: made from the
    /// host's name, the process id and a random part.
    Optional<String> instance();

    /// Labels of this instance, with commas between, for pipelines that ask for them with
    /// `runs-on`. Some are built in: `self.hosted`, `linux`.
    Optional<List<String>> labels();

    /// The name that the containers of this installation carry, the same for all instances that
    /// share a database. Tells installations that share an engine apart.
    @WithDefault("default")
    String installation();

    /// How long a run stays with an instance that gives no sign of life.
    @WithDefault("15s")
    Duration lease();

    /// What a run does when no engine answers: `wait`, or `fail` at once.
    @WithDefault("wait")
    WhenUnavailable whenExecutorUnavailable();

    /// How long a run waits for an engine before it fails.
    @WithDefault("10m")
    Duration executorPatience();

    /// What becomes of the runs in progress when the process is asked to end: `drain` lets them
    /// finish within the grace period and hands over what is left, `hand-over` leaves their
    /// containers to whoever starts next, `stop` aborts them.
    @WithDefault("drain")
    Shutdown shutdown();

    /// How long `drain` waits.
    @WithDefault("30s")
    Duration gracePeriod();

    /// Limits of every step.
    Step step();

    /// What is kept for re-runs.
    Rerun rerun();

    /// Which addresses may be called.
    Network network();

    /// How callbacks and other sinks are told.
    Sinks sinks();

    /// How long runs and their logs are kept.
    Retention retention();

    /// What to do without an engine.
    enum WhenUnavailable {
        /// Wait for it.
        WAIT,
        /// Fail.
        FAIL
    }

    /// Limits of every step.
    interface Step {
        /// Memory, without swap.
        @WithDefault("2G")
        MemorySize memory();

        /// Processors, fractions allowed.
        @WithDefault("2")
        double cpus();

        /// Processes and threads.
        @WithDefault("1024")
        int processes();

        /// Time.
        @WithDefault("1h")
        Duration timeout();

        /// Bytes printed.
        @WithDefault("1G")
        MemorySize output();

        /// How long the processes of a stopped step have between TERM and KILL.
        @WithDefault("10s")
        Duration stopGrace();

        /// How long the steps of a cancelled run may go on that run whatever happened.
        @WithDefault("5m")
        Duration finallyTime();
    }

    /// What is kept for re-runs.
    interface Rerun {
        /// How large a workspace may be to be kept between two steps, so that a re-run can go on
        /// from there; 0 keeps none.
        @WithDefault("256M")
        MemorySize snapshotLimit();

        /// How long the workspace of a run that was not successful is kept after its end.
        @WithDefault("24h")
        Duration keep();

        /// How much disk the kept workspaces of all ended runs may take; the oldest go first.
        @WithDefault("4G")
        MemorySize totalLimit();
    }

    /// Which addresses may be called for somebody else.
    interface Network {
        /// Host names (`git.example.com`, `*.example.com`) and ranges (`10.0.0.0/8`) that may be
        /// called although they are on a private network.
        Optional<List<String>> allow();
    }

    /// How callbacks and other sinks are told.
    interface Sinks {
        /// How many runs each sink is told of at the same time.
        @WithDefault("8")
        int parallel();

        /// How long after the end of a run a target that does not answer is still tried.
        @WithDefault("24h")
        Duration giveUpAfter();
    }

    /// How long runs and their logs are kept after their end; without a rule, for ever. Pinned runs
    /// are kept in any case.
    interface Retention {
        /// Age at which the log of a run is removed; its steps and outcome stay.
        Optional<Duration> logsFor();

        /// Age at which a run is removed.
        Optional<Duration> runsFor();

        /// How many runs are kept, of all repositories together.
        OptionalInt runs();

        /// How many runs are kept of each repository.
        OptionalInt runsOfRepository();

        /// How often it is looked at.
        @WithDefault("10m")
        Duration every();
    }
}
