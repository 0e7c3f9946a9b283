package dev.runnel.it;

import dev.runnel.TestEnvironment;
import dev.runnel.workspace.Workspaces;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Has a packaged server run its steps on the engine of the test environment, with a data folder of
/// its own.
public final class DockerResource implements QuarkusTestResourceLifecycleManager {
    private Path folder = Path.of("");

    @Override
    public Map<String, String> start() {
        try {
            folder = Files.createTempDirectory("runnel-packaged");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "runnel.data-dir",
                folder.toString(),
                "runnel.executor",
                "docker",
                "runnel.docker.host",
                TestEnvironment.load().docker().host(),
                "runnel.git.allowed-schemes",
                "https,ssh,file");
    }

    @Override
    public void stop() {
        Workspaces.delete(folder);
    }
}
