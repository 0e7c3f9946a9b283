package dev.runnel.artifact.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.artifact.Artifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What is stored for one owner, as a JSON file. The file's time says when it was used last.
///
/// @param entries by path
record StoredSet(List<Entry> entries) {
    private static final ObjectMapper JSON = new ObjectMapper();

    StoredSet {
        entries = List.copyOf(entries);
    }

    /// A file, or a link.
    ///
    /// @param sha256 of a file's content; empty for a link
    /// @param mode permissions of a file, `rwxr-xr-x`; empty for a link
    /// @param link where a link leads; empty for a file
    record Entry(String path, long bytes, String sha256, String mode, String link) {
        boolean isFile() {
            return link.isEmpty();
        }

        Artifact artifact() {
            return new Artifact(path, bytes, sha256);
        }
    }

    List<Artifact> artifacts() {
        return entries.stream().filter(Entry::isFile).map(Entry::artifact).toList();
    }

    Optional<Entry> file(String path) {
        return entries.stream()
                .filter(entry -> entry.isFile() && entry.path().equals(path))
                .findAny();
    }

    void write(Path file) throws IOException {
        ObjectNode set = JSON.createObjectNode();
        ArrayNode list = set.putArray("entries");
        for (Entry entry : entries) {
            ObjectNode node = list.addObject().put("path", entry.path());
            if (entry.isFile()) {
                node.put("bytes", entry.bytes());
                node.put("sha256", entry.sha256());
                node.put("mode", entry.mode());
            } else {
                node.put("link", entry.link());
            }
        }
        Files.write(file, JSON.writeValueAsBytes(set));
    }

    /// The set in a file; empty when the file is not there.
    static Optional<StoredSet> read(Path file) throws IOException {
        JsonNode set;
        try {
            set = JSON.readTree(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.of(
                new StoredSet(set.path("entries").valueStream().map(StoredSet::entry).toList()));
    }

    private static Entry entry(JsonNode node) {
        return new Entry(
                node.path("path").asText(),
                node.path("bytes").asLong(),
                node.path("sha256").asText(),
                node.path("mode").asText(),
                node.path("link").asText());
    }
}
