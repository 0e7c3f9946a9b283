package dev.runnel.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/// Follows one run on whichever server answers, is cut off again and again, and goes on behind the
/// last event that it has.
final class Follower {
    private final Api api;
    private final List<Instance> instances;
    private final String run;
    private final RandomGenerator random;
    private final AtomicInteger cuts;
    private final List<JsonNode> seen = new CopyOnWriteArrayList<>();
    private final Thread thread;

    private Follower(
            Api api,
            List<Instance> instances,
            String run,
            RandomGenerator random,
            AtomicInteger cuts) {
        this.api = api;
        this.instances = instances;
        this.run = run;
        this.random = random;
        this.cuts = cuts;
        this.thread = Thread.ofVirtual().name("follower-" + run).unstarted(this::follow);
    }

    /// @param cuts counts how often a follower was cut off
    static Follower start(Api api, List<Instance> instances, String run, AtomicInteger cuts) {
        Follower follower = new Follower(api, instances, run, RandomGenerator.getDefault(), cuts);
        follower.thread.start();
        return follower;
    }

    private void follow() {
        while (!hasEnd() && !Thread.currentThread().isInterrupted()) {
            Instance instance = instances.get(random.nextInt(instances.size()));
            try (InputStream stream = api.follow(instance.address(), run, last())) {
                Thread cutter = Thread.ofVirtual().start(() -> cut(stream));
                read(stream);
                cutter.interrupt();
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void read(InputStream stream) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                seen.add(Api.parse(line));
            }
        }
    }

    private void cut(InputStream stream) {
        try {
            Thread.sleep(Duration.ofMillis(500 + random.nextInt(4000)));
            cuts.incrementAndGet();
            stream.close();
        } catch (IOException e) {
            // it is closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long last() {
        return seen.isEmpty() ? 0 : seen.getLast().get("seq").asLong();
    }

    private boolean hasEnd() {
        return !seen.isEmpty() && seen.getLast().get("type").asText().equals("end");
    }

    /// What it saw, when it has the end or the time has passed.
    List<JsonNode> seen(Duration atMost) throws InterruptedException {
        if (!thread.join(atMost)) {
            thread.interrupt();
        }
        return List.copyOf(seen);
    }
}
