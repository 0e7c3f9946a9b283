package dev.runnel.attempt;

import dev.runnel.artifact.ArtifactOwner.OfCache;
import dev.runnel.artifact.ArtifactStore;
import dev.runnel.artifact.ArtifactsUnavailable;
import dev.runnel.artifact.FolderReader;
import dev.runnel.artifact.FolderWriter;
import dev.runnel.artifact.Storing;
import dev.runnel.condition.Globs;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage.Cache;
import dev.runnel.run.Run;
import dev.runnel.workspace.Workspaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The caches of one attempt of a step: folders of this machine that the step sees where the
/// pipeline says, filled with what an earlier run of the repository left and stored again when the
/// step succeeded. A cache never fails a step; what does not work is told.
///
/// A cache with key files is stored once for each content of theirs; one without is replaced by
/// each successful step. Used by one thread.
public final class StepCaches {
    private static final System.Logger LOG = System.getLogger(StepCaches.class.getName());
    private static final String HOME = "/root";

    private final ArtifactStore store;
    private final Path workspace;
    private final String repository;
    private final List<Place> places = new ArrayList<>();
    private final Consumer<String> tell;
    // as the key files were before the script
    private final Map<Place, OfCache> owners = new HashMap<>();

    private record Place(Cache cache, Path folder, String seenAt) {}

    /// @param workspaces the folder in which the folders of the caches are made
    /// @param workspace in which the step works; its key files are there
    /// @param tell hears sentences for people
    public StepCaches(
            ArtifactStore store,
            Run run,
            Pipeline pipeline,
            Step step,
            int attempt,
            Path workspaces,
            Path workspace,
            Consumer<String> tell) {
        this.store = store;
        this.workspace = workspace;
        // two servers may have a repository of the same name
        this.repository = run.request().shownUrl();
        this.tell = tell;
        for (Cache cache : step.storage().caches()) {
            places.add(
                    new Place(
                            cache,
                            Workspaces.cache(
                                    workspaces, run.id(), step.number(), attempt, places.size()),
                            seenAt(cache.path(), pipeline.workspace())));
        }
    }

    private static String seenAt(String path, String workspacePath) {
        if (path.equals("~") || path.startsWith("~/")) {
            return HOME + path.substring(1);
        }
        return path.startsWith("/") ? path : workspacePath + "/" + path;
    }

    /// Where the step sees the folders: absolute paths there, folders here.
    public Map<String, Path> mounts() {
        Map<String, Path> mounts = new LinkedHashMap<>();
        places.forEach(place -> mounts.put(place.seenAt(), place.folder()));
        return mounts;
    }

    /// Makes the folders and fills them with what is stored.
    public void bring() {
        for (Place place : places) {
            try {
                Workspaces.delete(place.folder());
                Files.createDirectories(place.folder());
                // for steps that do not run as root
                Files.setPosixFilePermissions(
                        place.folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
                OfCache owner = owner(place);
                if (store.list(owner).isPresent()) {
                    store.restore(owner, place.folder())
                            .ifPresent(why -> tell(place, "is not complete: " + why));
                }
            } catch (IOException | UncheckedIOException | ArtifactsUnavailable e) {
                LOG.log(System.Logger.Level.WARNING, "a cache could not be brought", e);
                tell(place, "could not be brought: " + e.getMessage());
            }
        }
    }

    /// Stores what is in the folders now.
    public void keep() {
        for (Place place : places) {
            try {
                OfCache owner = owner(place);
                boolean known =
                        !place.cache().keyFiles().isEmpty() && store.list(owner).isPresent();
                if (!known && Files.isDirectory(place.folder())) {
                    switch (store.store(owner, place.folder(), _ -> true)) {
                        case Storing.Stored _ -> {}
                        case Storing.Refused(String why) -> tell(place, "is not kept: " + why);
                    }
                }
            } catch (IOException | ArtifactsUnavailable e) {
                LOG.log(System.Logger.Level.WARNING, "a cache could not be kept", e);
                tell(place, "could not be kept: " + e.getMessage());
            }
        }
    }

    /// Removes the folders.
    public void remove() {
        places.forEach(place -> Workspaces.delete(place.folder()));
    }

    private void tell(Place place, String what) {
        tell.accept("the cache " + place.cache().name() + " " + what);
    }

    private OfCache owner(Place place) throws IOException {
        OfCache known = owners.get(place);
        if (known != null) {
            return known;
        }
        Cache cache = place.cache();
        OfCache owner = new OfCache(repository, cache.name() + "\n" + cache.path(), version(cache));
        owners.put(place, owner);
        return owner;
    }

    private String version(Cache cache) throws IOException {
        if (cache.keyFiles().isEmpty()) {
            return "";
        }
        KeyFiles files = new KeyFiles(cache.keyFiles());
        FolderReader.read(workspace, files);
        return HexFormat.of().formatHex(files.digest.digest());
    }

    /// Reads the key files, which come in the order of their paths.
    private static final class KeyFiles implements FolderReader.Visitor {
        private static final int BUFFER = 64 * 1024;

        private final List<String> globs;
        private final MessageDigest digest = FolderWriter.sha256();

        KeyFiles(List<String> globs) {
            this.globs = globs;
        }

        @Override
        public boolean wants(String path) {
            return globs.stream().anyMatch(glob -> Globs.matches(glob, path));
        }

        @Override
        public void file(String path, PosixFileAttributes attributes, SeekableByteChannel content)
                throws IOException {
            MessageDigest one = FolderWriter.sha256();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            while (content.read(buffer) >= 0) {
                one.update(buffer.flip());
                buffer.clear();
            }
            digest.update((path + "\0").getBytes(StandardCharsets.UTF_8));
            digest.update(one.digest());
        }

        @Override
        public void other(String path, Optional<String> link) {}

        @Override
        public void skipped(String path, String why) {}
    }
}
