package dev.runnel.driver;

import dev.runnel.attempt.RunControl;
import dev.runnel.attempt.StepEnvironment;
import dev.runnel.attempt.StepOutcome;
import dev.runnel.group.StepGroups;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement.Group;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RepositoryName;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.StepApproved;
import dev.runnel.run.RunEvent.StepWaits;
import dev.runnel.run.RunId;
import dev.runnel.run.StepRun.StepWait;
import dev.runnel.schedule.Schedule;
import dev.runnel.turn.GroupTaker;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes steps ready that may run: first somebody approves of those that need it, then they get
/// their concurrency groups. Until then they take no place and no thread of their own. For one
/// thread.
final class StepGate {
    private final RunRecorder recorder;
    private final RunControl control;
    private final Schedule schedule;
    private final GroupTaker groups;
    private final IntConsumer proceed;
    private final TreeSet<Integer> unapproved = new TreeSet<>();
    private final TreeSet<Integer> inLine = new TreeSet<>();

    /// @param proceed lets a step start as soon as there is a place
    StepGate(
            RunRecorder recorder,
            RunControl control,
            Schedule schedule,
            GroupTaker groups,
            IntConsumer proceed) {
        this.proceed = proceed;
        this.recorder = recorder;
        this.control = control;
        this.schedule = schedule;
        this.groups = groups;
    }

    /// The step may run, for the first time.
    void admit(Step step) {
        if (step.flow().manual()) {
            recorder.write(new StepWaits(step.number(), step.name(), new StepWait.ForApproval()));
            unapproved.add(step.number());
            look();
        } else {
            ready(step.number());
        }
    }

    /// The step waits for approval since an earlier driver.
    void goOnWaiting(int step) {
        unapproved.add(step);
    }

    boolean isUnapproved(int step) {
        return unapproved.contains(step);
    }

    /// Whether steps wait here, and none could start. A run of which nothing is under way then has
    /// no need of its place.
    boolean isAllThereIs() {
        return !(unapproved.isEmpty() && inLine.isEmpty())
                && inLine.stream().allMatch(groups::isWaiting)
                && schedule.first().isEmpty();
    }

    /// How a step has to end instead of starting, if anything keeps it from that.
    Optional<StepOutcome> barred(Step step) {
        return control.stops(step)
                ? Optional.of(RunRecorder.notStarted(control.cancelReason()))
                : control.stopped(step.number());
    }

    /// The step may start, for the first time or again, as soon as it has its groups.
    void ready(int step) {
        if (groups.tryTake(step)) {
            inLine.remove(step);
            proceed.accept(step);
        } else {
            schedule.asked(step);
            inLine.add(step);
        }
    }

    /// Looks who may go on.
    void look() {
        for (int step : List.copyOf(unapproved)) {
            if (control.isApproved(step) && unapproved.remove(step)) {
                recorder.write(new StepApproved(step, recorder.run().step(step).name()));
                ready(step);
            }
        }
        for (int step : List.copyOf(inLine)) {
            // one that went on before may have ended it
            if (inLine.contains(step)) {
                ready(step);
            }
        }
    }

    /// The step is over.
    void over(int step) {
        unapproved.remove(step);
        inLine.remove(step);
        groups.over(step);
    }

    /// The groups of the steps of a run.
    ///
    /// @param changed called when a group was taken, or there is a wait for it
    static GroupTaker groups(
            StepGroups groups, RunRecorder recorder, Pipeline pipeline, Runnable changed) {
        return new GroupTaker(
                groups,
                recorder.run().id(),
                recorder.fence(),
                pipeline,
                new Groups(recorder, pipeline, changed));
    }

    /// What the run tells of its groups, and is asked about them.
    private static final class Groups implements GroupTaker.Listener {
        private static final int LONGEST_KEY = 255;
        private static final Pattern VARIABLE =
                Pattern.compile("\\$(?:\\{([A-Za-z_][A-Za-z0-9_]*)}|([A-Za-z_][A-Za-z0-9_]*))");

        private final RunRecorder recorder;
        private final Pipeline pipeline;
        private final Runnable changed;

        Groups(RunRecorder recorder, Pipeline pipeline, Runnable changed) {
            this.recorder = recorder;
            this.pipeline = pipeline;
            this.changed = changed;
        }

        @Override
        public String name(Group group, Step step) {
            Run run = recorder.run();
            String repository = RepositoryName.of(run.request().url()).toString();
            String name =
                    "%s %s %s"
                            .formatted(
                                    group.ofRun() ? "run" : "step",
                                    repository.toLowerCase(Locale.ROOT),
                                    filled(
                                            group.name(),
                                            StepEnvironment.shown(run, pipeline, step)));
            return name.length() <= LONGEST_KEY ? name : "sha256 " + digest(name);
        }

        private static String filled(String name, Map<String, String> environment) {
            return VARIABLE.matcher(name)
                    .replaceAll(found ->
                            Matcher.quoteReplacement(
                                    environment.getOrDefault(
                                            found.group(1) == null
                                                    ? found.group(2)
                                                    : found.group(1),
                                            "")));
        }

        private static String digest(String text) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                return HexFormat.of()
                        .formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public void waits(Group group, int step, RunId by) {
            String who = by.equals(recorder.run().id()) ? "another step" : "run " + by;
            recorder.progress(
                    Activity.WAIT,
                    group.ofRun() ? 0 : step,
                    "waiting for the concurrency group `%s`, which %s has"
                            .formatted(group.name(), who));
        }

        @Override
        public void changed() {
            changed.run();
        }

        @Override
        public void store() throws InterruptedException {
            recorder.flush();
        }
    }
}
