package dev.runnel.bench;

import java.io.PrintStream;
import java.util.Locale;

/// Prints figures in columns.
final class Report {
    private static final double NANOS_PER_MILLI = 1e6;

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
    }

    void title(String text) {
        out.printf(Locale.ROOT, "%n%-50s %12s %12s %12s%n", text, "p50", "p95", "p99");
    }

    void timings(String what, Timings timings) {
        out.printf(
                Locale.ROOT,
                "  %-48s %9.1f ms %9.1f ms %9.1f ms%n",
                what,
                timings.median() / NANOS_PER_MILLI,
                timings.quantile(0.95) / NANOS_PER_MILLI,
                timings.quantile(0.99) / NANOS_PER_MILLI);
    }

    void ratio(String what, double value, String budget) {
        figure(what, String.format(Locale.ROOT, "%.2f", value), budget);
    }

    void rate(String what, double value, String budget) {
        figure(what, String.format(Locale.ROOT, "%.0f", value), budget);
    }

    void milliseconds(String what, double nanos, String budget) {
        figure(what, String.format(Locale.ROOT, "%.2f ms", nanos / NANOS_PER_MILLI), budget);
    }

    /// A figure with its unit.
    void figure(String what, String value, String budget) {
        out.printf(
                Locale.ROOT,
                "  %-48s %12s%s%n",
                what,
                value,
                budget.isEmpty() ? "" : "   (budget: " + budget + ")");
    }
}
