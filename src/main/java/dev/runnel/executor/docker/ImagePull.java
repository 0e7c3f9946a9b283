package dev.runnel.executor.docker;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem;
import dev.runnel.executor.ExecutorException;
import dev.runnel.executor.StepListener;
import dev.runnel.executor.docker.ContainerCreation.Refusal;
import dev.runnel.pipeline.Image;
import dev.runnel.run.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Brings one image to the engine, and tells how far it is a few times a second.
final class ImagePull {
    private static final long TOLD_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final DockerEngine engine;
    private final Image image;
    private final StepListener listener;
    private final Progress progress = new Progress();
    private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    private volatile boolean stopped;

    ImagePull(DockerEngine engine, Image image, StepListener listener) {
        this.engine = engine;
        this.image = image;
        this.listener = listener;
    }

    /// Pulls, and returns when the engine has the image or [#stop] was called.
    ///
    /// @param credentials for the image's registry, when there are any
    void run(@Nullable AuthConfig credentials) throws Refusal {
        if (stopped) {
            return;
        }
        listener.pulling("pulling " + image, OptionalLong.empty(), OptionalLong.empty());
        try (PullImageCmd command = command()) {
            if (credentials != null) {
                command.withAuthConfig(credentials);
            }
            command.exec(progress);
            end.get();
        } catch (ExecutionException e) {
            throw refusal(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExecutorException("interrupted while pulling " + image, e);
        } finally {
            closeConnection();
        }
    }

    private PullImageCmd command() {
        String reference = image.reference();
        int digest = reference.indexOf('@');
        int tag = reference.indexOf(':', reference.lastIndexOf('/') + 1);
        if (digest >= 0) {
            String name = tag >= 0 && tag < digest ? reference.substring(0, tag) : "";
            return engine.client()
                    .pullImageCmd(name.isEmpty() ? reference.substring(0, digest) : name)
                    .withTag(reference.substring(digest + 1));
        }
        // Without a tag the engine would pull all of them
        return tag < 0
                ? engine.client().pullImageCmd(reference).withTag("latest")
                : engine.client()
                        .pullImageCmd(reference.substring(0, tag))
                        .withTag(reference.substring(tag + 1));
    }

    private Refusal refusal(@Nullable Throwable cause) {
        if (cause instanceof DockerException answer && answer.getHttpStatus() != 503) {
            return new Refusal(
                    Reason.IMAGE_NOT_FOUND,
                    "cannot pull "
                            + image
                            + ": "
                            + Refusal.message(answer)
                            + ". Check the name, and "
                            + (image.login().isPresent()
                                    ? "the values of the variables that the pipeline file names as"
                                            + " its login."
                                    : "the credentials in the Docker configuration of Runnel's"
                                            + " user, or name a login in the pipeline file."));
        }
        throw new ExecutorException(
                "the Docker engine at " + engine.address() + " stopped answering during a pull",
                cause == null ? new IllegalStateException("no cause") : cause);
    }

    /// Gives up. May be called at any time, by any thread.
    void stop() {
        stopped = true;
        end.complete(null);
        closeConnection();
    }

    boolean stopped() {
        return stopped;
    }

    private void closeConnection() {
        try {
            progress.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Progress extends ResultCallback.Adapter<PullResponseItem> {
        private final Map<String, Layer> layers = new HashMap<>();
        private long toldAt = System.nanoTime();

        @Override
        public void onNext(PullResponseItem item) {
            ResponseItem.ErrorDetail error = item.getErrorDetail();
            if (error != null) {
                end.completeExceptionally(
                        new DockerException(String.valueOf(error.getMessage()), 500));
                return;
            }
            String id = item.getId();
            String status = item.getStatus();
            if (id == null || status == null || end.isDone()) {
                return;
            }
            layers.compute(id, (_, layer) -> layer(layer, status, item.getProgressDetail()));
            if (System.nanoTime() - toldAt >= TOLD_EVERY_NANOS) {
                toldAt = System.nanoTime();
                tell();
            }
        }

        private @Nullable Layer layer(
                @Nullable Layer before,
                String status,
                ResponseItem.@Nullable ProgressDetail detail) {
            Long current = detail == null ? null : detail.getCurrent();
            Long total = detail == null ? null : detail.getTotal();
            return switch (status) {
                case "Downloading" ->
                        new Layer(current == null ? 0 : current, total == null ? 0 : total, false);
                case "Pulling fs layer", "Waiting" ->
                        before == null ? new Layer(0, 0, false) : before;
                case "Download complete", "Verifying Checksum" ->
                        before == null ? null : new Layer(before.total, before.total, false);
                case "Pull complete", "Already exists" ->
                        before == null ? null : new Layer(before.total, before.total, true);
                default -> before;
            };
        }

        private void tell() {
            long current = layers.values().stream().mapToLong(Layer::current).sum();
            long total = layers.values().stream().mapToLong(Layer::total).sum();
            long done = layers.values().stream().filter(Layer::done).count();
            String message = "pulling " + image + ": " + done + " of " + layers.size() + " layers";
            try {
                listener.pulling(message, OptionalLong.of(current), known(total));
            } catch (RuntimeException e) {
                end.completeExceptionally(e);
            }
        }

        private OptionalLong known(long total) {
            return total == 0 ? OptionalLong.empty() : OptionalLong.of(total);
        }

        @Override
        public void onStart(Closeable connection) {
            super.onStart(connection);
            if (end.isDone()) {
                closeConnection();
            }
        }

        // Not the one above it, which would log what may be nothing but our own closing
        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(null);
            super.onComplete();
        }
    }

    private record Layer(long current, long total, boolean done) {}
}
