package dev.runnel.turn;

import dev.runnel.group.StepGroups;
import dev.runnel.group.StepGroups.Holder;
import dev.runnel.group.StepGroups.Standing;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement.Group;
import dev.runnel.pipeline.Step;
import dev.runnel.run.RunId;
import dev.runnel.store.StoreUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Takes the concurrency groups of the steps of one run, each on a thread of its own while there is
/// a wait. A group is given back when the last step that holds it is over and that is stored. Safe
/// for any number of threads.
public final class GroupTaker {
    private static final System.Logger LOG = System.getLogger(GroupTaker.class.getName());
    private static final Duration ASK_AGAIN = Duration.ofSeconds(2);
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final StepGroups groups;
    private final RunId run;
    private final long fence;
    private final Listener listener;
    private final Optional<Slot> ofRun;
    private final Map<Integer, Slot> ofSteps = new HashMap<>();
    private final List<Thread> leaving = new ArrayList<>();
    private final AutoCloseable subscription;
    private boolean closed;

    /// What a run does about its groups.
    public interface Listener {
        /// The whole name of a group, of which equal ones are one group.
        ///
        /// @param step one that holds it
        String name(Group group, Step step);

        /// There is a wait; called once for each group, on a thread of its own.
        ///
        /// @param step one that waits, the first one of those that hold it together
        /// @param by the run that has it
        void waits(Group group, int step, RunId by);

        /// A group was taken, or there is a wait for it.
        void changed();

        /// Waits until what was written of the run so far is stored.
        void store() throws InterruptedException;
    }

    private enum State {
        UNASKED,
        ASKING,
        HELD,
        LEFT
    }

    /// A group with those that hold it.
    private static final class Slot {
        private final Group group;
        private final String name;
        private final int first;
        private final Set<Integer> open;
        private final Semaphore news = new Semaphore(0);
        private State state = State.UNASKED;
        private boolean isWaited;
        private Optional<Thread> asking = Optional.empty();

        Slot(Group group, String name, int first, Set<Integer> open) {
            this.group = group;
            this.name = name;
            this.first = first;
            this.open = open;
        }
    }

    public GroupTaker(
            StepGroups groups, RunId run, long fence, Pipeline pipeline, Listener listener) {
        this.groups = groups;
        this.run = run;
        this.fence = fence;
        this.listener = listener;
        Optional<Slot> whole = Optional.empty();
        for (Group group : pipeline.placement().groups()) {
            Set<Integer> open = new HashSet<>(group.steps());
            if (group.ofRun()) {
                pipeline.steps().forEach(step -> open.add(step.number()));
            }
            Step first = pipeline.step(group.ofRun() ? 1 : group.steps().getFirst());
            int holder = group.ofRun() ? 0 : first.number();
            Slot slot = new Slot(group, listener.name(group, first), holder, open);
            if (group.ofRun()) {
                whole = Optional.of(slot);
            } else {
                group.steps().forEach(step -> ofSteps.put(step, slot));
            }
        }
        this.ofRun = whole;
        this.subscription =
                whole.isEmpty() && ofSteps.isEmpty() ? () -> {} : groups.onPassed(this::passed);
    }

    /// Whether a step has all its groups; where it has not, it stands in line for the next one.
    public synchronized boolean tryTake(int step) {
        return (ofRun.isEmpty() || tryTake(ofRun.get(), step))
                && (!ofSteps.containsKey(step) || tryTake(ofSteps.get(step), step));
    }

    private boolean tryTake(Slot slot, int step) {
        if (slot.state == State.UNASKED && !closed) {
            slot.state = State.ASKING;
            slot.asking =
                    Optional.of(Thread.ofVirtual().name("group").start(() -> ask(slot, step)));
        }
        return slot.state == State.HELD;
    }

    /// A step is under way since an earlier driver: it has all its groups.
    public synchronized void takeUp(int step) {
        ofRun.ifPresent(slot -> slot.state = State.HELD);
        Optional.ofNullable(ofSteps.get(step)).ifPresent(slot -> slot.state = State.HELD);
    }

    private void ask(Slot slot, int step) {
        boolean told = false;
        try {
            while (true) {
                Standing standing = stand(slot);
                if (standing.held()) {
                    break;
                }
                if (!told && standing.by().isPresent()) {
                    told = true;
                    listener.waits(slot.group, step, standing.by().get());
                    wait(slot);
                }
                if (slot.news.tryAcquire(ASK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    slot.news.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            return;
        }
        synchronized (this) {
            if (slot.state == State.ASKING) {
                slot.state = State.HELD;
            }
        }
        listener.changed();
    }

    private void wait(Slot slot) {
        synchronized (this) {
            slot.isWaited = true;
        }
        listener.changed();
    }

    /// Whether a step waits because another one has a group of it.
    public synchronized boolean isWaiting(int step) {
        return ofRun.filter(slot -> slot.state == State.ASKING && slot.isWaited).isPresent()
                || Optional.ofNullable(ofSteps.get(step))
                        .filter(slot -> slot.state == State.ASKING && slot.isWaited)
                        .isPresent();
    }

    private Standing stand(Slot slot) throws InterruptedException {
        try {
            return groups.stand(new Holder(run, fence, slot.first), slot.name);
        } catch (StoreUnavailable e) {
            if (Thread.interrupted()) {
                throw new InterruptedException("no group is needed now");
            }
            LOG.log(System.Logger.Level.DEBUG, "asking again for a group", e);
            return new Standing(false, Optional.empty());
        }
    }

    private void passed(RunId to) {
        if (to.equals(run)) {
            ofRun.ifPresent(slot -> slot.news.release());
            ofSteps.values().forEach(slot -> slot.news.release());
        }
    }

    /// A step is over. Its groups are given back if no other one holds them, once that is stored.
    public synchronized void over(int step) {
        ofRun.ifPresent(slot -> over(slot, step));
        Optional.ofNullable(ofSteps.get(step)).ifPresent(slot -> over(slot, step));
    }

    private void over(Slot slot, int step) {
        slot.open.remove(step);
        if (!slot.open.isEmpty() || slot.state == State.LEFT) {
            return;
        }
        // an earlier driver may have stood in line
        boolean isKnown = slot.state != State.UNASKED || fence > 1;
        slot.state = State.LEFT;
        Optional<Thread> asking = slot.asking;
        if (isKnown) {
            leaving.add(Thread.ofVirtual().name("group").start(() -> leave(slot, asking)));
        }
    }

    private void leave(Slot slot, Optional<Thread> asking) {
        try {
            if (asking.isPresent()) {
                asking.get().interrupt();
                asking.get().join();
            }
            // until then another driver would find the step under way
            listener.store();
            while (!left(slot)) {
                Thread.sleep(ASK_AGAIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // with the end of the run it is free anyway
            LOG.log(System.Logger.Level.DEBUG, "a group is given back later", e);
        }
    }

    private boolean left(Slot slot) {
        try {
            groups.leave(new Holder(run, fence, slot.first));
            return true;
        } catch (StoreUnavailable e) {
            LOG.log(System.Logger.Level.DEBUG, "giving back a group again", e);
            return false;
        }
    }

    /// Stands in line no longer; what is held stays so unless it was given back, for another
    /// driver.
    public void close() throws InterruptedException {
        List<Thread> last;
        synchronized (this) {
            closed = true;
            ofRun.flatMap(slot -> slot.asking).ifPresent(Thread::interrupt);
            ofSteps.values().forEach(slot -> slot.asking.ifPresent(Thread::interrupt));
            last = List.copyOf(leaving);
        }
        for (Thread thread : last) {
            if (!thread.join(LAST_WAIT)) {
                thread.interrupt();
            }
        }
        try {
            subscription.close();
        } catch (Exception e) {
            LOG.log(System.Logger.Level.DEBUG, "a subscription did not close", e);
        }
    }
}
