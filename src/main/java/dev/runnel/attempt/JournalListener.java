package dev.runnel.attempt;

import dev.runnel.attempt.StepRunner.Rules;
import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.eventlog.RunJournal;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.StepSpec;
import dev.runnel.masking.RunSecrets;
import dev.runnel.run.OutputChannel;
import dev.runnel.run.OutputLine;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.Activity;
import dev.runnel.run.RunEvent.CommandFinished;
import dev.runnel.run.RunEvent.CommandStarted;
import dev.runnel.run.RunEvent.OutputWritten;
import dev.runnel.run.RunEvent.ProgressMade;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/// Writes what a step does into the run's journal, and watches how much it prints.
final class JournalListener implements StepListener {
    private final RunJournal journal;
    private final List<String> commands;
    private final StepAttempt attempt;
    private final RunSecrets secrets;
    private final Rules rules;
    private final LongUnaryOperator ofRun;
    private final Consumer<String> onLimit;
    private long stdout;
    private long stderr;
    private boolean limited;

    /// @param ofRun takes how many bytes the step printed, and says how many its run did by now
    /// @param onLimit told once, in words, when the step or its run has printed more than it may
    JournalListener(
            RunJournal journal,
            RunSecrets secrets,
            StepSpec spec,
            Heard from,
            Rules rules,
            LongUnaryOperator ofRun,
            Consumer<String> onLimit) {
        this.journal = journal;
        this.commands = spec.commands();
        this.secrets = secrets;
        this.attempt = new StepAttempt(spec.key().step(), spec.key().attempt());
        this.rules = rules;
        this.ofRun = ofRun;
        this.onLimit = onLimit;
        this.stdout = from.stdout();
        this.stderr = from.stderr();
    }

    /// Where the two channels were when this listener began to hear.
    record Heard(long stdout, long stderr) {}

    @Override
    public boolean mayStart() {
        try {
            return journal.holds();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void pulling(String message, OptionalLong current, OptionalLong total) {
        write(new ProgressMade(Activity.PULL, attempt.step(), message, current, total));
    }

    @Override
    public void preparing(String message) {
        write(
                new ProgressMade(
                        Activity.PREPARE,
                        attempt.step(),
                        message,
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    @Override
    public void commandStarted(int command) {
        String instruction = secrets.mask(commands.get(command - 1));
        write(new CommandStarted(attempt.step(), command, instruction));
    }

    @Override
    public void output(int command, OutputChannel channel, OutputLine line, long position) {
        if (limited) {
            return;
        }
        long before = stdout + stderr;
        switch (channel) {
            case STDOUT -> stdout = position;
            case STDERR -> stderr = position;
        }
        long run = ofRun.applyAsLong(stdout + stderr - before);
        if (stdout + stderr > rules.outputLimit()) {
            limit("it printed more than " + rules.outputLimit() + " bytes");
            return;
        }
        if (run > rules.runOutputLimit()) {
            limit("the run printed more than " + rules.runOutputLimit() + " bytes in all");
            return;
        }
        journal.output(
                attempt, new OutputWritten(attempt.step(), command, channel, line), position);
    }

    private void limit(String what) {
        limited = true;
        onLimit.accept(what);
    }

    @Override
    public void commandFinished(int command, int exitCode) {
        if (!limited) {
            write(new CommandFinished(attempt.step(), command, exitCode));
        }
    }

    /// Tells people what could not be masked.
    void cannotMask(String sentence) {
        write(
                new ProgressMade(
                        Activity.MASK,
                        attempt.step(),
                        sentence,
                        OptionalLong.empty(),
                        OptionalLong.empty()));
    }

    private void write(RunEvent event) {
        journal.write(event);
    }
}
