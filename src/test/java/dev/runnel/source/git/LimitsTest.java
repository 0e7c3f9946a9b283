package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.GitFixture;
import dev.runnel.source.Source.CheckedOut;
import dev.runnel.source.Source.CheckoutRequest;
import dev.runnel.source.Source.CloneProgress;
import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clones that are ended before they are done.
class LimitsTest {
    private static final int MEBIBYTE = 1024 * 1024;

    @TempDir Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:%d/repo", "ssh://git@127.0.0.1:%d/repo"})
    void aServerThatSaysNothingIsLeftWhenTheTimeIsUp(String url) throws Exception {
        try (Silent silent = new Silent()) {
            long start = System.nanoTime();

            SourceRefusal refusal =
                    Access.refusal(
                            GitSources.in(temp).with("timeout", "1s"),
                            url.formatted(silent.port()),
                            folder());

            assertThat(refusal.fault()).isEqualTo(SourceFault.TIMEOUT);
            assertThat(refusal.message()).contains("1 s", "runnel.git.timeout");
            assertThat(since(start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
            assertThat(folder()).doesNotExist();
            silent.awaitLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:%d/repo", "ssh://git@127.0.0.1:%d/repo"})
    void anInterruptEndsItWithinASecondAndLeavesNothing(String url) throws Exception {
        try (Silent silent = new Silent()) {
            GitSource source = GitSources.in(temp).source();
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    source.checkOut(
                                            request(url.formatted(silent.port())),
                                            CloneProgress.NONE);
                                } catch (Throwable e) {
                                    thrown.complete(e);
                                }
                            });
            silent.awaitConnected();

            long start = System.nanoTime();
            thread.interrupt();

            assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(since(start)).isLessThan(Duration.ofSeconds(1));
            assertThat(folder()).doesNotExist();
            silent.awaitLeft();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTransferIsEndedByAnInterruptOrBySizeWhileItIsUnderWay(boolean bySize) throws Exception {
        AtomicLong sent = new AtomicLong();
        try (GitFixture repository = GitFixture.in(temp, "large");
                ScriptedServer server = new ScriptedServer()) {
            Trees.of(repository).file("large", random(48 * MEBIBYTE)).commit("main");
            server.on(
                    "/repo",
                    ScriptedServer.repository(repository.repository(), out -> new Slow(out, sent)));
            GitSources sources = GitSources.in(temp);
            String url = server.url("127.0.0.1", "/repo");

            if (bySize) {
                SourceRefusal refusal =
                        Access.refusal(sources.with("max-size", "2M"), url, folder());
                assertThat(refusal.fault()).as("%s", refusal).isEqualTo(SourceFault.TOO_LARGE);
                assertThat(refusal.message()).contains("2 MiB", "runnel.git.max-size");
            } else {
                GitSource source = sources.source();
                Thread caller = Thread.currentThread();
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                Waiting.until(() -> sent.get() > 2 * MEBIBYTE);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                            caller.interrupt();
                        });
                assertThatThrownBy(() -> source.checkOut(request(url), CloneProgress.NONE))
                        .isInstanceOf(InterruptedException.class);
            }

            assertThat(sent.get()).isLessThan(32 * MEBIBYTE);
            assertThat(folder()).doesNotExist();
        }
    }

    @Test
    void filesThatWouldNotFitAreNotWrittenHoweverFewObjectsStandForThem() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "bomb")) {
            bomb(repository);

            SourceRefusal refusal =
                    Access.refusal(GitSources.in(temp), repository.fileUrl(), folder());

            assertThat(refusal.fault()).isEqualTo(SourceFault.TOO_LARGE);
            assertThat(folder()).doesNotExist();
        }
    }

    @Test
    void whatFitsIsCheckedOut() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "fits")) {
            Trees.of(repository).file("a", random(MEBIBYTE)).commit("main");

            assertThat(
                            Access.checkOut(
                                    GitSources.in(temp).with("max-size", "3M"),
                                    repository.fileUrl(),
                                    folder()))
                    .isEqualTo("main");
            assertThat(
                            Access.refusal(
                                            GitSources.in(temp).with("max-size", "1900K"),
                                            repository.fileUrl(),
                                            temp.resolve("other"))
                                    .fault())
                    .isEqualTo(SourceFault.TOO_LARGE);
        }
    }

    @Test
    void progressIsToldOnTheCallersThreadAndMayEndTheClone() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "progress")) {
            String first = repository.commit("main", Map.of("a", "1")).name();
            repository.commit("main", Map.of("a", "2"));
            CheckoutRequest request =
                    new CheckoutRequest(
                            repository.fileUrl(), Optional.of(first.substring(0, 8)), folder());
            Set<Thread> threads = new HashSet<>();
            List<String> phases = new ArrayList<>();

            assertThat(
                            GitSources.in(temp)
                                    .source()
                                    .checkOut(
                                            request,
                                            (phase, _, _) -> {
                                                threads.add(Thread.currentThread());
                                                phases.add(phase);
                                            }))
                    .isInstanceOf(CheckedOut.class);
            assertThat(threads).containsExactly(Thread.currentThread());
            assertThat(phases).isNotEmpty();

            CheckoutRequest again =
                    new CheckoutRequest(request.url(), request.ref(), temp.resolve("again"));
            CloneProgress throwing =
                    (_, _, _) -> {
                        throw new IllegalStateException("enough");
                    };
            assertThatThrownBy(() -> GitSources.in(temp).source().checkOut(again, throwing))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
            assertThat(again.folder()).doesNotExist();
        }
    }

    @Test
    void aFolderThatHoldsSomethingIsNotTouched() throws Exception {
        try (GitFixture repository = GitFixture.in(temp, "full")) {
            repository.commit("main", Map.of("a", "1"));
            Files.createDirectories(folder());
            Files.writeString(folder().resolve("mine"), "1");
            GitSource source = GitSources.in(temp).source();

            assertThatThrownBy(() ->
                            source.checkOut(request(repository.fileUrl()), CloneProgress.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not empty");
            assertThat(folder().resolve("mine")).hasContent("1");
        }
    }

    /// Ten billion files, of eleven objects.
    private static void bomb(GitFixture repository) throws IOException {
        try (ObjectInserter inserter = repository.repository().newObjectInserter()) {
            ObjectId id = inserter.insert(Constants.OBJ_BLOB, new byte[] {'x'});
            FileMode mode = FileMode.REGULAR_FILE;
            for (int level = 0; level < 10; level++) {
                TreeFormatter tree = new TreeFormatter();
                for (int i = 0; i < 10; i++) {
                    tree.append("n" + i, mode, id);
                }
                id = inserter.insert(tree);
                mode = FileMode.TREE;
            }
            Trees.of(repository).commit(inserter, "main", id);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private Path folder() {
        return temp.resolve("clone");
    }

    private CheckoutRequest request(String url) {
        return new CheckoutRequest(url, Optional.empty(), folder());
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /// A server that accepts one connection and never says a word.
    private static final class Silent implements AutoCloseable {
        private final ServerSocket server =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final CompletableFuture<Socket> client = new CompletableFuture<>();

        Silent() throws IOException {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            client.complete(server.accept());
                        } catch (IOException e) {
                            client.completeExceptionally(e);
                        }
                    });
        }

        int port() {
            return server.getLocalPort();
        }

        void awaitConnected() throws Exception {
            client.get(20, TimeUnit.SECONDS);
        }

        /// Until the client has closed its end.
        void awaitLeft() throws Exception {
            Socket socket = client.get(20, TimeUnit.SECONDS);
            socket.setSoTimeout(5_000);
            while (socket.getInputStream().read() >= 0) {
                // the client's request
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            Socket connected = client.getNow(null);
            if (connected != null) {
                connected.close();
            }
        }
    }

    /// Lets some 16 MiB a second through, and counts.
    private static final class Slow extends FilterOutputStream {
        private final AtomicLong sent;

        Slow(OutputStream out, AtomicLong sent) {
            super(out);
            this.sent = sent;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            sent.addAndGet(length);
            try {
                Thread.sleep(Duration.ofNanos(length * 60L));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
