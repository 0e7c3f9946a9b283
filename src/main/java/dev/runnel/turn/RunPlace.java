package dev.runnel.turn;

/// The place of a run among those that an instance drives at a time. A run that waits for nothing
/// but people or other runs has no need of it. Safe for any number of threads.
public interface RunPlace {
    /// A place that nobody else wants.
    RunPlace OWN =
            new RunPlace() {
                @Override
                public void rest() {}

                @Override
                public void goOn() {}
            };

    /// Gives the place to others. Idempotent.
    void rest();

    /// Takes a place again, at once: there may be more runs than places until one ends. Idempotent.
    void goOn();
}
