package dev.runnel.pipeline;

import java.util.List;

/// Which files of a step outlive its workspace.
///
/// @param artifacts globs over paths relative to the workspace; what matches after the script is
///   stored with the run
/// @param download whether the artifacts of the steps before it are there when it starts
/// @param caches folders that later runs of the repository find again
public record Storage(List<String> artifacts, boolean download, List<Cache> caches) {
    /// None, and the artifacts of earlier steps are there.
    public static final Storage NONE = new Storage(List.of(), true, List.of());

    public Storage {
        artifacts = List.copyOf(artifacts);
        caches = List.copyOf(caches);
    }

    /// A folder that is kept from run to run.
    ///
    /// @param name what it is called in the file
    /// @param path absolute, or relative to the workspace; `~` is the home folder in the container
    /// @param keyFiles globs over files whose content tells one version of the cache from another;
    ///   empty: there is one version
    public record Cache(String name, String path, List<String> keyFiles) {
        public Cache {
            keyFiles = List.copyOf(keyFiles);
        }
    }
}
