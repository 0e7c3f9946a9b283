package dev.runnel.app;

import java.util.Map;

/// stub
public final class Server {
    private Server() {}

    /// stub
    public static int run(Map<String, String> overrides) {
        return overrides.size();
    }
}
