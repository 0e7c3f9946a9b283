package dev.runnel.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.eventlog.EventLog;
import dev.runnel.run.RunRequest;
import dev.runnel.store.RunStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Event streams through a proxy that knows nothing of them, and over both versions of HTTP.
@QuarkusTest
@TestProfile(ApiProfile.class)
@Timeout(120)
class ProxiedEventsTest {
    @Inject RunStore store;
    @Inject EventLog log;
    @Inject MeterRegistry meters;

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"HTTP_1_1,true", "HTTP_2,true", "HTTP_1_1,false", "HTTP_2,false"})
    void eachEventArrivesWhenItHappens(HttpVersion version, boolean proxied) throws Exception {
        Optional<NginxProxy> proxy =
                proxied ? Optional.of(new NginxProxy(folder, RestAssured.port)) : Optional.empty();
        int port = proxy.map(nginx -> nginx.port(version)).orElse(RestAssured.port);
        RunWriter run = RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"));
        try (Follower client = new Follower(version, port, run)) {
            assertThat(client.response.version()).isEqualTo(version);
            assertThat(client.response.getHeader("Content-Type")).startsWith("text/event-stream");
            assertThat(client.response.getHeader("Content-Encoding")).isNull();
            assertThat(client.response.getHeader("Cache-Control")).isEqualTo("no-store");
            client.await("retry: 1000\n\n");
            client.await(": keep-alive\n\n");
            run.begin(RunWriter.step(1, "Build", "make"));
            client.await("event: command.started");
            for (int line = 0; line < 20; line++) {
                long began = System.nanoTime();
                run.print(1, "line " + line + ".");
                client.await("line " + line + ".");
                assertThat(Duration.ofNanos(System.nanoTime() - began))
                        .as("a proxy that buffers would wait for kilobytes")
                        .isLessThan(Duration.ofSeconds(2));
            }
            run.print(1, "x".repeat(500_000)).fail(1, 1);
            client.await("event: end\n");
            client.awaitEnd();
        } finally {
            proxy.ifPresent(NginxProxy::close);
        }
    }

    @Test
    void whoeverLeavesTheProxyIsNoticedWithinTheKeepAliveInterval() throws Exception {
        try (NginxProxy proxy = new NginxProxy(folder, RestAssured.port)) {
            RunWriter run = RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"));
            double before = followers();
            for (HttpVersion version :
                    new HttpVersion[] {HttpVersion.HTTP_1_1, HttpVersion.HTTP_2}) {
                try (Follower client = new Follower(version, proxy.port(version), run)) {
                    client.await("retry: 1000\n\n");
                    assertThat(followers()).isEqualTo(before + 1);
                }
                awaitFollowers(before);
            }
        }
    }

    @Test
    void aClientThatVanishesWithoutAWordIsNoticedByTheKeepAlive() throws Exception {
        RunWriter run = RunWriter.submit(store, log, RunRequest.of("https://git.example/a/b"));
        double before = followers();
        SseSocket client = new SseSocket(RestAssured.port, "/runs/" + run.id() + "/events");
        client.readUntil(": keep-alive");
        assertThat(followers()).isEqualTo(before + 1);
        // from here on the client only answers what it is sent with a reset
        client.close();
        awaitFollowers(before);
    }

    private double followers() {
        return meters.get("runnel.events.followers").gauge().value();
    }

    private void awaitFollowers(double wanted) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (followers() > wanted && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(followers()).isEqualTo(wanted);
    }

    private static final class Follower implements AutoCloseable {
        private final Vertx vertx = Vertx.vertx();
        private final StringBuilder text = new StringBuilder();
        private final HttpClientResponse response;
        private boolean ended;

        Follower(HttpVersion version, int port, RunWriter run) throws Exception {
            HttpClient client =
                    vertx.createHttpClient(
                            new HttpClientOptions()
                                    .setProtocolVersion(version)
                                    // HTTP/2 from the first byte on, without asking for it
                                    .setHttp2ClearTextUpgrade(false));
            RequestOptions request =
                    new RequestOptions()
                            .setMethod(HttpMethod.GET)
                            .setHost("127.0.0.1")
                            .setPort(port)
                            .setURI("/runs/" + run.id() + "/events")
                            .putHeader("Accept", "text/event-stream")
                            .putHeader("Accept-Encoding", "gzip, br");
            response =
                    client.request(request)
                            .compose(sent ->
                                    sent.send()
                                            .onSuccess(answer -> {
                                                answer.handler(bytes -> add(bytes.toString()));
                                                answer.endHandler(_ -> end());
                                            }))
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS);
        }

        private synchronized void add(String piece) {
            text.append(piece);
            notifyAll();
        }

        private synchronized void end() {
            ended = true;
            notifyAll();
        }

        synchronized void await(String wanted) throws InterruptedException {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (text.indexOf(wanted) < 0) {
                assertThat(System.nanoTime())
                        .as("time to wait for %s", wanted)
                        .isLessThan(deadline);
                wait(100);
            }
        }

        synchronized void awaitEnd() throws InterruptedException {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!ended) {
                assertThat(System.nanoTime()).as("time to wait for the end").isLessThan(deadline);
                wait(100);
            }
        }

        @Override
        public void close() {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
