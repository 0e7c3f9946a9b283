package dev.runnel.driver;

import dev.runnel.attempt.Terms.Gate;
import dev.runnel.pipeline.Step;
import dev.runnel.run.Run;
import dev.runnel.run.StepRun;
import dev.runnel.run.StepState;
import dev.runnel.workspace.Snapshots.After;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Knows which steps use the workspace of a run, and copies it when none writes into it.
///
/// A copy, for a re-run or for a step that works on a copy of its own, is made beside the next
/// steps' images being pulled and their containers made; only their first command waits for it. A
/// step that pushes what it changed has the workspace to itself. For one thread, but for what it
/// gives out.
final class WorkspaceUse {
    private final KeptWorkspace kept;
    private final List<CompletableFuture<Void>> copies = new ArrayList<>();
    private final Set<Integer> done = new TreeSet<>();
    private int writers;
    private boolean exclusive;
    // steps that wait for another attempt have left something behind, those that failed too
    private final Set<Integer> half = new TreeSet<>();
    private int lastKept;

    WorkspaceUse(KeptWorkspace kept) {
        this.kept = kept;
    }

    /// Whether a step may start beside those that run.
    boolean admits(Step step) {
        if (step.commit()) {
            return writers == 0;
        }
        return step.setting().isolated() || !exclusive;
    }

    /// A step is about to start.
    ///
    /// @return its place
    Entry enter(Step step, Run run) {
        if (writers == 0) {
            keep(run);
        }
        return goOn(step);
    }

    /// A step is about to become several. Until all of them are over, nobody can tell what of the
    /// workspace is whose.
    void expand(Step step, Run run) {
        if (writers == 0) {
            keep(run);
        }
        leftHalf(step);
    }

    /// A step that ran already is taken up.
    Entry goOn(Step step) {
        copies.removeIf(CompletableFuture::isDone);
        List<CompletableFuture<Void>> before = List.copyOf(copies);
        CompletableFuture<Void> copied = new CompletableFuture<>();
        if (step.setting().isolated()) {
            copies.add(copied);
        }
        if (!step.setting().isolated() || step.commit()) {
            writers++;
            exclusive = step.commit();
        }
        return new Entry(step.setting().isolated() ? Gate.OPEN : () -> awaitAll(before), copied);
    }

    /// A step that runs.
    ///
    /// @param gate opens when its commands may write into the workspace
    /// @param copied completed when it has the copy on which it works
    record Entry(Gate gate, CompletableFuture<Void> copied) {}

    /// A step ended that was under way.
    void leave(Step step) {
        if (!step.setting().isolated() || step.commit()) {
            writers--;
            exclusive = false;
        }
        leftHalf(step);
    }

    /// A step has left something behind, and is not over.
    void leftHalf(Step step) {
        if (!step.setting().isolated()) {
            half.add(step.number());
        }
    }

    /// A step is over.
    void over(Step step, StepRun ended) {
        if (ended.state() == StepState.SUCCESSFUL) {
            half.remove(step.number());
            if (ended.origin().isEmpty()) {
                done.add(step.number());
            }
        } else if (ended.attempt() > 0) {
            leftHalf(step);
        }
    }

    private void keep(Run run) {
        if (done.size() == lastKept || !half.isEmpty() || !kept.isOn()) {
            return;
        }
        lastKept = done.size();
        After after = new After(done, run.pushed());
        CompletableFuture<Void> copied = new CompletableFuture<>();
        copies.add(copied);
        Thread.ofVirtual()
                .name("keep")
                .start(() -> {
                    try {
                        kept.take(after);
                        copied.complete(null);
                    } catch (InterruptedException | RuntimeException e) {
                        copied.completeExceptionally(e);
                    }
                });
    }

    /// Waits until no copy is being made.
    void awaitCopies() throws InterruptedException {
        awaitAll(copies);
    }

    // a copy that failed holds nobody up
    private static void awaitAll(List<CompletableFuture<Void>> copies) throws InterruptedException {
        for (CompletableFuture<Void> copy : copies) {
            try {
                copy.get();
            } catch (ExecutionException e) {
                System.getLogger(WorkspaceUse.class.getName())
                        .log(System.Logger.Level.DEBUG, "a copy was not made", e);
            }
        }
    }
}
