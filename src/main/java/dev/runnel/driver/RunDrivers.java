package dev.runnel.driver;

import dev.runnel.artifact.ArtifactStore;
import dev.runnel.attempt.ExecutorGate;
import dev.runnel.attempt.FirstSteps;
import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.StepRunner;
import dev.runnel.attempt.StepRunner.Rules;
import dev.runnel.attempt.StepsAhead;
import dev.runnel.eventlog.EventLog;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.Executor;
import dev.runnel.executor.StepPlaces;
import dev.runnel.format.PipelineFinder;
import dev.runnel.format.PipelineFormat;
import dev.runnel.group.StepGroups;
import dev.runnel.masking.RegisteredValues;
import dev.runnel.source.Source;
import dev.runnel.store.RunStore;
import dev.runnel.turn.RunPlace;
import dev.runnel.workspace.Snapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/// Makes the drivers of an instance, which share everything but the run.
public final class RunDrivers {
    private final RunDriver.Parts parts;

    public RunDrivers(
            RunStore store,
            StepGroups groups,
            Source source,
            List<PipelineFormat> formats,
            Executor executor,
            EventLog log,
            RegisteredValues registered,
            ArtifactStore artifacts,
            DriverSettings settings,
            StepPlaces places,
            Clock clock) {
        parts =
                new RunDriver.Parts(
                        settings,
                        store,
                        groups,
                        source,
                        new PipelineFinder(formats),
                        new ExecutorGate(executor, settings.executorPatience()),
                        new StepRunner(executor, rules(settings)),
                        new StepsAhead(
                                executor.ahead(),
                                settings.workspaces(),
                                settings.stepLimits(),
                                new FirstSteps()),
                        new Snapshots(settings.snapshots()),
                        places,
                        log,
                        registered,
                        artifacts,
                        clock);
    }

    private static Rules rules(DriverSettings settings) {
        return new Rules(
                settings.outputLimit(),
                settings.runOutputLimit(),
                settings.stopGrace(),
                settings.executorPatience().orElse(Duration.ZERO));
    }

    /// Has places ready for steps, as far as configuration says which.
    public void begin() {
        parts.ahead().begin();
    }

    /// How many places wait for steps, and how many did.
    public Executor.Ahead.Waiting waiting() {
        return parts.ahead().waiting();
    }

    /// A driver for the run of this journal.
    ///
    /// @param control carries orders from outside
    /// @param place of the run among those that are driven
    public RunDriver driver(RunJournal journal, RunControl control, RunPlace place) {
        return new RunDriver(parts, journal, control, place);
    }

    /// A driver for a run with a place of its own.
    public RunDriver driver(RunJournal journal, RunControl control) {
        return driver(journal, control, RunPlace.OWN);
    }
}
