package dev.runnel.cli;

import java.io.PrintWriter;

/// Shows a run live until its end.
final class Following {
    private Following() {}

    /// Prints what has happened and what happens; gives the exit code that stands for the outcome.
    static int follow(RunnelClient client, String id, PrintWriter out) throws InterruptedException {
        LivePrinter printer = new LivePrinter(out, Style.ofTerminal());
        printer.begin(id);
        Thread hint = new Thread(() -> printer.leave(id));
        Runtime.getRuntime().addShutdownHook(hint);
        try {
            new EventStream(client, id).read(printer::print);
            return printer.exitCode();
        } finally {
            forget(hint);
        }
    }

    private static void forget(Thread hint) {
        try {
            Runtime.getRuntime().removeShutdownHook(hint);
        } catch (IllegalStateException e) {
            // the hint is being printed
        }
    }
}
