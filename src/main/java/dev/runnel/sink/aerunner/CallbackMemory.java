package dev.runnel.sink.aerunner;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.TreeMap;

/// What has to survive a restart: the links that registering gave, and whether the receiver was
/// given up.
///
/// @param links by the key of the object; empty text for one whose receiver gave none
/// @param refused whether the receiver refused for good
@RegisterForReflection
record CallbackMemory(Map<String, String> links, boolean refused) {
    private static final CallbackMemory NONE = new CallbackMemory(Map.of(), false);

    CallbackMemory {
        links = Map.copyOf(links);
    }

    static CallbackMemory read(String text) {
        return text.isEmpty() ? NONE : Json.readBack(text, CallbackMemory.class);
    }

    String write() {
        return equals(NONE) ? "" : Json.write(this);
    }

    CallbackMemory withLink(String key, String link) {
        Map<String, String> more = new TreeMap<>(links);
        more.put(key, link);
        return new CallbackMemory(more, refused);
    }

    CallbackMemory withRefusal() {
        return new CallbackMemory(Map.of(), true);
    }
}
