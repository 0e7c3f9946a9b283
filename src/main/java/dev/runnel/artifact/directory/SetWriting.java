package dev.runnel.artifact.directory;

import dev.runnel.artifact.ArtifactLimits;
import dev.runnel.artifact.ArtifactOwner;
import dev.runnel.artifact.ArtifactOwner.OfCache;
import dev.runnel.artifact.ArtifactOwner.OfStep;
import dev.runnel.artifact.FolderReader;
import dev.runnel.artifact.directory.Blobs.Blob;
import dev.runnel.artifact.directory.StoredSet.Entry;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Gathers what is stored for one owner, up to its limits.
final class SetWriting implements FolderReader.Visitor {
    private static final int MOST_SKIPPED = 100;

    private final ArtifactOwner owner;
    private final Blobs blobs;
    private final ArtifactLimits limits;
    private final Predicate<String> wanted;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private long bytes;
    private Optional<String> refusal = Optional.empty();

    SetWriting(ArtifactOwner owner, Blobs blobs, ArtifactLimits limits, Predicate<String> wanted) {
        this.owner = owner;
        this.blobs = blobs;
        this.limits = limits;
        this.wanted = wanted;
    }

    List<Entry> entries() {
        return entries;
    }

    List<String> skipped() {
        return skipped;
    }

    Optional<String> refusal() {
        return refusal;
    }

    @Override
    public boolean wants(String path) {
        return refusal.isEmpty() && wanted.test(path);
    }

    @Override
    public void file(String path, PosixFileAttributes attributes, SeekableByteChannel content)
            throws IOException {
        if (isFull()) {
            return;
        }
        Optional<Blob> blob = blobs.keep(content, limits.ownerBytes() - bytes);
        if (blob.isEmpty()) {
            refusal =
                    Optional.of(
                            "the files have more than %d MiB together; store less, or have the limit raised"
                                    .formatted(limits.ownerBytes() / (1024 * 1024)));
            return;
        }
        bytes += blob.get().bytes();
        entries.add(
                new Entry(
                        path,
                        blob.get().bytes(),
                        blob.get().sha256(),
                        PosixFilePermissions.toString(attributes.permissions()),
                        ""));
    }

    @Override
    public void other(String path, Optional<String> link) {
        if (isFull()) {
            return;
        }
        switch (owner) {
            case OfCache _ when link.isPresent() ->
                    entries.add(new Entry(path, 0, "", "", link.get()));
            case OfCache _, OfStep _ ->
                    skipped(path, link.isPresent() ? "it is a link" : "it is no file");
        }
    }

    @Override
    public void skipped(String path, String why) {
        if (skipped.size() < MOST_SKIPPED) {
            skipped.add(path + ": " + why);
        }
    }

    private boolean isFull() {
        if (entries.size() == limits.ownerFiles()) {
            refusal =
                    Optional.of(
                            "there are more than %d files; store an archive of them, or have the limit raised"
                                    .formatted(limits.ownerFiles()));
        }
        return refusal.isPresent();
    }
}
