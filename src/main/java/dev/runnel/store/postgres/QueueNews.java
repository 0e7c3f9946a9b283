package dev.runnel.store.postgres;

import dev.runnel.database.Notices;
import dev.runnel.store.RunStore.Change;
import dev.runnel.store.RunStore.ChangeListener;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tells this instance and the others that the queue changed.
@Singleton
final class QueueNews {
    private static final String CHANNEL = "runnel_queue";

    private final Notices notices;
    private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();

    @Inject
    QueueNews(Notices notices) {
        this.notices = notices;
        notices.listen(CHANNEL, new Ear());
    }

    void tell(Change change) {
        hear(change);
        notices.send(CHANNEL, change.name(), change.name());
    }

    AutoCloseable listen(ChangeListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /// Whether changes made by other instances are heard of now.
    boolean hearsOthers() {
        return notices.isListening();
    }

    private void hear(Change change) {
        listeners.forEach(listener -> listener.changed(change));
    }

    /// Hears of the changes that other instances made.
    private final class Ear implements Notices.Listener {
        @Override
        public void heard(String payload) {
            // a newer instance may know changes that this one does not
            hear(payload.equals(Change.CLAIMABLE.name()) ? Change.CLAIMABLE : Change.CANCEL);
        }

        @Override
        public void listening(Duration deaf) {
            hear(Change.CANCEL);
        }
    }
}
