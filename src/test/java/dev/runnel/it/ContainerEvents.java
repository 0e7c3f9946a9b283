package dev.runnel.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Hears what the Docker engine does with containers that carry our labels.
final class ContainerEvents implements AutoCloseable {
    private final Process process;
    private final List<Event> events = new CopyOnWriteArrayList<>();

    /// @param run id in the label of the container
    /// @param action `create`, `start`, `die`, `destroy`
    record Event(String run, String action, String container) {}

    private ContainerEvents(Process process) {
        this.process = process;
        Thread.ofVirtual().name("docker-events").start(this::read);
    }

    static ContainerEvents listen() throws IOException {
        return new ContainerEvents(
                new ProcessBuilder(
                                "docker",
                                "events",
                                "--filter",
                                "type=container",
                                "--filter",
                                "label=dev.runnel.run",
                                "--format",
                                "{{index .Actor.Attributes \"dev.runnel.run\"}} {{.Action}} {{.Actor.ID}}")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", 3);
                events.add(new Event(parts[0], parts[1], parts[2]));
            }
        } catch (IOException e) {
            // closed
        }
    }

    /// How often this happened to containers of the run.
    long count(String run, String action) {
        return of(run).stream().filter(event -> event.action().equals(action)).count();
    }

    /// What happened to containers of the run, in order.
    List<Event> of(String run) {
        return events.stream().filter(event -> event.run().equals(run)).toList();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
