package dev.runnel.bench;

/// A run as its client saw it. Times are nanoseconds since just before the POST.
///
/// @param acceptedNanos when the 202 was there
/// @param firstLineNanos when the first line of output was there; 0 when there was none
/// @param endNanos when the end event was there
/// @param commandsNanos from the first command's start to the last one's, by the times in the
///   events; the last one's end is that of its container
/// @param lines how many lines of output there were
/// @param withoutHoles whether the numbers of the events went up one by one from 1
/// @param state the outcome
record FollowedRun(
        String id,
        long acceptedNanos,
        long firstLineNanos,
        long endNanos,
        long commandsNanos,
        long lines,
        boolean withoutHoles,
        String state) {

    FollowedRun mustSucceed() {
        if (!state.equals("SUCCESSFUL")) {
            throw new IllegalStateException("run " + id + " ended " + state);
        }
        return this;
    }
}
