package dev.runnel.source.git;

import dev.runnel.source.SourceFault;
import dev.runnel.source.git.Diagnosis.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdRef;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.BasePackFetchConnection;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.Transport;

/// Gets one revision from a server into a repository: its files and no history, if the server can.
final class Fetcher {
    private static final Pattern FULL_ID = Pattern.compile("[0-9a-fA-F]{40}");
    private static final Pattern SHORT_ID = Pattern.compile("[0-9a-fA-F]{7,39}");
    private static final int LONGEST_REF = 255;

    private final Remotes remotes;
    private final Attempt attempt;
    private final Repository repository;
    private final GitUrl url;
    private final Diagnosis diagnosis;
    private final int depth;
    private final Set<ObjectId> complete;

    Fetcher(
            Remotes remotes,
            Attempt attempt,
            Repository repository,
            GitUrl url,
            Diagnosis diagnosis) {
        this(remotes, attempt, repository, url, diagnosis, 1, Set.of());
    }

    /// @param depth how many commits of the history are wanted, at least 1
    /// @param complete what the repository has already, with all that belongs to it
    Fetcher(
            Remotes remotes,
            Attempt attempt,
            Repository repository,
            GitUrl url,
            Diagnosis diagnosis,
            int depth,
            Set<ObjectId> complete) {
        this.remotes = remotes;
        this.attempt = attempt;
        this.repository = repository;
        this.url = url;
        this.diagnosis = diagnosis;
        this.depth = depth;
        this.complete = complete;
    }

    /// What was fetched.
    ///
    /// @param object the commit, or the annotated tag that names it
    /// @param ref the full name of the branch or tag; empty when a commit was asked for, or when
    ///   the server's `HEAD` is no branch
    record Fetched(RevCommit commit, ObjectId object, Optional<String> ref) {
        /// The branch's name without `refs/heads/`.
        Optional<String> branch() {
            return ref.filter(name -> name.startsWith(Constants.R_HEADS))
                    .map(name -> name.substring(Constants.R_HEADS.length()));
        }
    }

    /// Fetches what a text stands for, the default branch when there is none.
    Fetched fetch(Optional<String> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return fetchDefault();
        }
        String ref = wanted.get();
        if (FULL_ID.matcher(ref).matches()) {
            return fetchCommit(ObjectId.fromString(ref));
        }
        boolean named =
                ref.length() <= LONGEST_REF && Repository.isValidRefName("refs/heads/" + ref);
        Optional<Fetched> fetched = named ? fetchNamed(ref) : Optional.empty();
        if (fetched.isPresent()) {
            return fetched.get();
        }
        if (SHORT_ID.matcher(ref).matches()) {
            return fetchAbbreviated(ref);
        }
        throw notFound(
                "has no branch, tag or commit '" + shown(ref) + "'. Check the name and its case.");
    }

    /// Fetches the branch or tag that a text stands for, the default branch when there is none.
    ///
    /// @return empty when the server names no such branch or tag; it may still have such a commit
    Optional<Fetched> fetchAdvertised(Optional<String> wanted) throws IOException {
        if (wanted.isEmpty()) {
            return Optional.of(fetchDefault());
        }
        String ref = wanted.get();
        boolean named =
                !FULL_ID.matcher(ref).matches()
                        && ref.length() <= LONGEST_REF
                        && Repository.isValidRefName("refs/heads/" + ref);
        return named ? fetchNamed(ref) : Optional.empty();
    }

    /// Fetches one commit, as a part of the branch that a text stands for if it still exists.
    Fetched fetch(Optional<String> wanted, String revision) throws IOException {
        Optional<String> ref = Optional.empty();
        try {
            Fetched now = fetch(wanted);
            if (now.commit().name().equals(revision)) {
                return now;
            }
            ref = now.branch().map(branch -> Constants.R_HEADS + branch);
        } catch (RefusedException e) {
            if (e.refusal().fault() != SourceFault.REF_NOT_FOUND) {
                throw e;
            }
            // a branch that was deleted since; the commit may be there still
        }
        Fetched fetched = fetchCommit(ObjectId.fromString(revision));
        return new Fetched(fetched.commit(), fetched.object(), ref);
    }

    private Fetched fetchDefault() throws IOException {
        try (Transport transport = shallow();
                FetchConnection connection = connect(transport, Constants.HEAD)) {
            Ref head = connection.getRef(Constants.HEAD);
            ObjectId id = head == null ? null : head.getObjectId();
            if (head != null && id != null) {
                receive(connection, List.of(head));
                return fetched(
                        id,
                        head.isSymbolic()
                                ? Optional.of(head.getLeaf().getName())
                                : Optional.empty());
            }
        }
        try (Transport transport = shallow();
                FetchConnection connection = connect(transport, Constants.R_HEADS)) {
            throw connection.getRefs().isEmpty()
                    ? notFound("is empty. Push a first commit to it.")
                    : notFound(
                            "has no default branch: its HEAD names a branch that it does not have."
                                    + " Say which branch is meant.");
        }
    }

    private Optional<Fetched> fetchNamed(String name) throws IOException {
        List<String> candidates =
                name.startsWith(Constants.R_REFS)
                        ? List.of(name)
                        : List.of(Constants.R_HEADS + name, Constants.R_TAGS + name);
        try (Transport transport = shallow();
                FetchConnection connection =
                        connect(transport, candidates.toArray(String[]::new))) {
            for (String candidate : candidates) {
                Ref ref = connection.getRef(candidate);
                ObjectId id = ref == null ? null : ref.getObjectId();
                if (ref != null && id != null) {
                    receive(connection, List.of(ref));
                    return Optional.of(fetched(id, Optional.of(candidate)));
                }
            }
            return Optional.empty();
        }
    }

    /// The full name of the branch or tag that a text stands for on the server now, of the default
    /// branch when there is none; empty when it stands for a commit or for nothing. Fetches
    /// nothing.
    Optional<String> fullName(Optional<String> wanted) throws IOException {
        String name = wanted.orElse(Constants.HEAD);
        if (name.length() > LONGEST_REF || !Repository.isValidRefName("refs/heads/" + name)) {
            return Optional.empty();
        }
        List<String> candidates =
                wanted.isEmpty()
                        ? List.of(Constants.HEAD)
                        : name.startsWith(Constants.R_REFS)
                                ? List.of(name)
                                : List.of(Constants.R_HEADS + name, Constants.R_TAGS + name);
        try (Transport transport = shallow();
                FetchConnection connection =
                        connect(transport, candidates.toArray(String[]::new))) {
            for (String candidate : candidates) {
                Ref ref = connection.getRef(candidate);
                if (ref != null) {
                    return Optional.of(ref.getLeaf().getName())
                            .filter(leaf -> leaf.startsWith(Constants.R_REFS));
                }
            }
            return Optional.empty();
        }
    }

    /// Fetches what led to a commit that the repository has, as many commits as are wanted. With
    /// all of them come the tags that name one of them.
    void fetchHistory(String revision) throws IOException {
        ObjectId id = ObjectId.fromString(revision);
        Ref unnamed = new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, id.name(), id);
        boolean received = false;
        try (Transport transport = shallow();
                FetchConnection connection = connect(transport, Constants.HEAD)) {
            received = tryToReceive(connection, unnamed);
        }
        if (!received) {
            attempt.note("the server does not give this commit alone; fetching all of them");
            try (Transport transport = remotes.open(repository, url, diagnosis)) {
                transport.setDepth(Constants.INFINITE_DEPTH);
                try (FetchConnection connection = connect(transport, Constants.R_HEADS)) {
                    receive(connection, connection.getRefs());
                }
            }
        }
        if (depth == Constants.INFINITE_DEPTH) {
            fetchTags();
        }
    }

    private void fetchTags() throws IOException {
        List<Ref> tags = new ArrayList<>();
        try (Transport transport = remotes.open(repository, url, diagnosis);
                FetchConnection connection = connect(transport, Constants.R_TAGS)) {
            for (Ref ref : connection.getRefs()) {
                ObjectId named =
                        ref.getPeeledObjectId() == null
                                ? ref.getObjectId()
                                : ref.getPeeledObjectId();
                if (ref.getName().startsWith(Constants.R_TAGS)
                        && named != null
                        && repository.getObjectDatabase().has(named)) {
                    tags.add(ref);
                }
            }
            if (!tags.isEmpty()) {
                receive(connection, tags);
            }
        }
        for (Ref tag : tags) {
            WorkTree.update(repository, tag.getName(), Objects.requireNonNull(tag.getObjectId()));
        }
    }

    /// Fetches one commit.
    RevCommit fetchRevision(String revision) throws IOException {
        return fetchCommit(ObjectId.fromString(revision)).commit();
    }

    private Fetched fetchCommit(ObjectId id) throws IOException {
        Ref unnamed = new ObjectIdRef.Unpeeled(Ref.Storage.NETWORK, id.name(), id);
        boolean received = false;
        try (Transport transport = shallow();
                FetchConnection connection = connect(transport, Constants.HEAD)) {
            received = tryToReceive(connection, unnamed);
        }
        if (!received) {
            // Servers of the older protocol give single commits only when they are told to.
            fetchEverything("the server does not give this commit alone; fetching all of them");
        }
        return fetched(id, Optional.empty());
    }

    private boolean tryToReceive(FetchConnection connection, Ref wanted) throws IOException {
        try {
            receive(connection, List.of(wanted));
            return true;
        } catch (TransportException e) {
            attempt.check();
            if (Diagnosis.isOurDisk(e)) {
                throw e;
            }
            return false;
        }
    }

    private Fetched fetchAbbreviated(String start) throws IOException {
        fetchEverything("fetching all commits to find " + start);
        try (ObjectReader reader = repository.newObjectReader();
                RevWalk walk = new RevWalk(reader)) {
            List<ObjectId> commits = new ArrayList<>();
            for (ObjectId id : reader.resolve(AbbreviatedObjectId.fromString(start))) {
                if (walk.parseAny(id) instanceof RevCommit) {
                    commits.add(id);
                }
            }
            if (commits.size() > 1) {
                throw notFound(
                        "has more than one commit that starts with "
                                + start
                                + ". Give more digits.");
            }
            if (commits.isEmpty()) {
                throw notFound("has no branch, tag or commit '" + start + "'.");
            }
            return fetched(commits.getFirst(), Optional.empty());
        }
    }

    private void fetchEverything(String note) throws IOException {
        attempt.note(note);
        try (Transport transport = remotes.open(repository, url, diagnosis);
                FetchConnection connection =
                        connect(transport, Constants.R_HEADS, Constants.R_TAGS)) {
            receive(
                    connection,
                    connection.getRefs().stream()
                            .filter(ref ->
                                    ref.getName().startsWith(Constants.R_HEADS)
                                            || ref.getName().startsWith(Constants.R_TAGS))
                            .toList());
        }
    }

    private Transport shallow() throws IOException {
        Transport transport = remotes.open(repository, url, diagnosis);
        transport.setDepth(depth);
        return transport;
    }

    private FetchConnection connect(Transport transport, String... prefixes) throws IOException {
        attempt.check();
        FetchConnection connection = transport.openFetch(List.of(), prefixes);
        if (!(connection instanceof BasePackFetchConnection)) {
            connection.close();
            // It would fetch object by object, from wherever the server's files say.
            throw new RefusedException(
                    SourceFault.TRANSFER_FAILED,
                    url.shown()
                            + " does not answer as a git server (smart http protocol). Check the URL.");
        }
        return connection;
    }

    private void receive(FetchConnection connection, Collection<Ref> wanted) throws IOException {
        if (wanted.stream().allMatch(ref -> complete.contains(ref.getObjectId()))) {
            return;
        }
        connection.fetch(attempt.monitor(), wanted, Set.of());
        // a cancelled fetch just returns
        attempt.check();
    }

    /// What the repository has of this name.
    Fetched fetched(ObjectId id, Optional<String> ref) throws IOException {
        try (RevWalk walk = new RevWalk(repository)) {
            RevObject object = walk.peel(walk.parseAny(id));
            if (object instanceof RevCommit commit) {
                walk.parseBody(commit);
                return new Fetched(commit, id, ref);
            }
            throw notFound("has something else than a commit there. Name a branch, tag or commit.");
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            throw notFound("has no commit " + id.name() + ".");
        }
    }

    private RefusedException notFound(String what) {
        return new RefusedException(
                SourceFault.REF_NOT_FOUND, "The repository " + url.shown() + " " + what);
    }

    private static String shown(String ref) {
        String printable = ref.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= LONGEST_REF
                ? printable
                : printable.substring(0, LONGEST_REF) + "…";
    }
}
