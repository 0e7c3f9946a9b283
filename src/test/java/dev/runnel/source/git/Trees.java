package dev.runnel.source.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.runnel.GitFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.TagBuilder;

/// Commits with what [GitFixture] has no method for: modes, submodules, annotated tags.
final class Trees {
    private static final PersonIdent SOMEBODY =
            new PersonIdent(
                    "Somebody",
                    "somebody@example.invalid",
                    Instant.parse("2026-01-02T03:04:05Z"),
                    ZoneOffset.UTC);

    private record Entry(String path, FileMode mode, ObjectId id) {}

    private final GitFixture fixture;
    private final List<Entry> entries = new ArrayList<>();

    private Trees(GitFixture fixture) {
        this.fixture = fixture;
    }

    static Trees of(GitFixture fixture) {
        return new Trees(fixture);
    }

    Trees file(String path, String content) {
        return file(path, content.getBytes(UTF_8));
    }

    Trees file(String path, byte[] content) {
        return add(path, FileMode.REGULAR_FILE, content);
    }

    Trees executable(String path, String content) {
        return add(path, FileMode.EXECUTABLE_FILE, content.getBytes(UTF_8));
    }

    Trees link(String path, String target) {
        return add(path, FileMode.SYMLINK, target.getBytes(UTF_8));
    }

    Trees submodule(String path, ObjectId commit) {
        entries.add(new Entry(path, FileMode.GITLINK, commit));
        return this;
    }

    /// A commit without a parent on a branch, which moves there.
    ObjectId commit(String branch) {
        try (ObjectInserter inserter = fixture.repository().newObjectInserter()) {
            DirCache index = DirCache.newInCore();
            DirCacheBuilder builder = index.builder();
            for (Entry entry : entries) {
                DirCacheEntry added = new DirCacheEntry(entry.path);
                added.setFileMode(entry.mode);
                added.setObjectId(entry.id);
                builder.add(added);
            }
            builder.finish();
            return commit(inserter, branch, index.writeTree(inserter));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As [#commit], of a tree made by hand.
    ObjectId commit(ObjectInserter inserter, String branch, ObjectId tree) throws IOException {
        CommitBuilder commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setAuthor(SOMEBODY);
        commit.setCommitter(SOMEBODY);
        commit.setMessage("By hand\n");
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        point(Constants.R_HEADS + branch, id);
        return id;
    }

    /// An annotated tag.
    ObjectId tag(String name, ObjectId target, int type) {
        try (ObjectInserter inserter = fixture.repository().newObjectInserter()) {
            TagBuilder tag = new TagBuilder();
            tag.setTag(name);
            tag.setObjectId(target, type);
            tag.setTagger(SOMEBODY);
            tag.setMessage("Annotated\n");
            ObjectId id = inserter.insert(tag);
            inserter.flush();
            point(Constants.R_TAGS + name, id);
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Has `HEAD` name a commit instead of a branch.
    void detachHead(ObjectId commit) {
        try {
            RefUpdate head = fixture.repository().updateRef(Constants.HEAD, true);
            head.setNewObjectId(commit);
            head.forceUpdate();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Trees add(String path, FileMode mode, byte[] content) {
        try (ObjectInserter inserter = fixture.repository().newObjectInserter()) {
            entries.add(new Entry(path, mode, inserter.insert(Constants.OBJ_BLOB, content)));
            inserter.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void point(String name, ObjectId id) throws IOException {
        RefUpdate update = fixture.repository().updateRef(name);
        update.setNewObjectId(id);
        update.forceUpdate();
    }
}
