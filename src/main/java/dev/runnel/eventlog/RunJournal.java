package dev.runnel.eventlog;

import dev.runnel.eventlog.EventLog.StepAttempt;
import dev.runnel.run.Run;
import dev.runnel.run.RunEvent;
import dev.runnel.run.RunEvent.OutputWritten;
import java.time.Clock;

/// stub
public final class RunJournal implements AutoCloseable {
    private final Run run;

    /// stub
    public RunJournal(EventLog log, Run run, long fence, Clock clock) {
        this.run = run;
    }

    /// stub
    public void write(RunEvent event) {}

    /// stub
    public void output(StepAttempt attempt, OutputWritten output, long position) {}

    /// stub
    public Run run() {
        return run;
    }

    /// stub
    public boolean isFenced() {
        return false;
    }

    /// stub
    public void flush() throws InterruptedException {}

    @Override
    public void close() {}
}
