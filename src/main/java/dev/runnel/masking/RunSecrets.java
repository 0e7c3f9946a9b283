package dev.runnel.masking;

import dev.runnel.run.Run;
import dev.runnel.run.RunId;
import dev.runnel.sealing.SecretBox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// What must not show in the log of one run: the secrets of its request, and what its commands
/// register while they run. Safe for any number of threads.
public final class RunSecrets {
    /// Stands for a secret.
    public static final String MASK = "***";

    /// How many values, and how many characters in all, the commands of a run may register.
    static final int MOST_VALUES = 200;

    static final int MOST_CHARACTERS = 64 * 1024;
    static final int LONGEST_VALUE = 32 * 1024;

    private final RunId run;
    private final RegisteredValues values;
    private final List<String> tooShort;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> registered = new HashSet<>();
    private final Set<Registration> said = EnumSet.noneOf(Registration.class);
    private int characters;
    private volatile Needles needles = Needles.NONE;

    private RunSecrets(Run run, RegisteredValues values) {
        this.run = run.id();
        this.values = values;
        this.tooShort =
                new TreeMap<>(run.request().secrets())
                        .entrySet().stream()
                                .filter(secret -> secret.getValue().length() < Needles.SHORTEST)
                                .map(secret -> secret.getKey())
                                .toList();
        add(run.request().secrets().values());
    }

    /// Those of a run, with what its commands registered before and what those steps registered
    /// that it does not run again. Waits while the database does not answer.
    ///
    /// @throws SecretsUnreadable when some are encrypted with a key that is not there
    public static RunSecrets of(Run run, RegisteredValues values) throws InterruptedException {
        run.request().secrets().values().stream()
                .filter(SecretBox::isSealed)
                .findAny()
                .ifPresent(sealed -> {
                    throw new SecretsUnreadable(sealed);
                });
        RunSecrets secrets = new RunSecrets(run, values);
        Set<RunId> before = new HashSet<>();
        if (run.events() > 0) {
            before.add(run.id());
        }
        run.request().rerun().map(again -> again.kept().values()).ifPresent(before::addAll);
        if (!before.isEmpty()) {
            secrets.registered.addAll(values.of(before));
            secrets.characters = secrets.registered.stream().mapToInt(String::length).sum();
            secrets.add(secrets.registered);
        }
        return secrets;
    }

    /// What came of a value that a command wants to be masked.
    enum Registration {
        /// It is masked from here on.
        MASKED,
        /// It has too few characters.
        TOO_SHORT,
        /// The commands of this run have registered too much.
        TOO_MUCH
    }

    /// The names of the request's secrets that are too short to be masked.
    public List<String> tooShort() {
        return tooShort;
    }

    /// A whole text with every secret masked.
    public String mask(String text) {
        int[] places = needles.places(text);
        return places.length == 0 ? text : masked(text, 0, text.length(), places);
    }

    Needles needles() {
        return needles;
    }

    /// Has a value masked from here on, by whoever drives the run; durable when this returns.
    Registration register(String value) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (value.strip().length() < Needles.SHORTEST) {
                return Registration.TOO_SHORT;
            }
            if (registered.contains(value)) {
                return Registration.MASKED;
            }
            if (value.length() > LONGEST_VALUE
                    || registered.size() >= MOST_VALUES
                    || characters + value.length() > MOST_CHARACTERS) {
                return Registration.TOO_MUCH;
            }
            values.keep(run, value);
            registered.add(value);
            characters += value.length();
            add(List.of(value));
            return Registration.MASKED;
        } finally {
            lock.unlock();
        }
    }

    /// Whether this came for the first time, so that people are told once.
    boolean isNews(Registration registration) {
        lock.lock();
        try {
            return said.add(registration);
        } finally {
            lock.unlock();
        }
    }

    private void add(Collection<String> secrets) {
        List<String> forms = new ArrayList<>();
        secrets.forEach(secret -> forms.addAll(Forms.of(secret)));
        needles = needles.with(forms);
    }

    /// A part of a text with a mask for each of these places.
    static String masked(String text, int from, int to, int[] places) {
        StringBuilder shown = new StringBuilder(to - from);
        int at = from;
        for (int place = 0; place < places.length; place += 2) {
            int begin = Math.max(at, places[place]);
            int end = Math.min(to, places[place + 1]);
            if (begin < end) {
                shown.append(text, at, begin).append(MASK);
                at = end;
            }
        }
        return shown.append(text, at, to).toString();
    }

    /// Without what it is for.
    @Override
    public String toString() {
        return "RunSecrets[" + run + "]";
    }
}
