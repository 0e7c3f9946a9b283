package dev.runnel.executor.docker;

/// What the engine says of a container.
sealed interface ContainerState {
    /// There is none of that name.
    record Absent() implements ContainerState {}

    /// It was never started.
    record Created() implements ContainerState {}

    /// Its shell is running.
    record Running() implements ContainerState {}

    /// Its shell is gone.
    ///
    /// @param outOfMemory whether the kernel killed a process of it for want of memory
    record Exited(int code, boolean outOfMemory) implements ContainerState {}
}
