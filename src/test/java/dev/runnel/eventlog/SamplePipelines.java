package dev.runnel.eventlog;

import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Attempts.Retry;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Exchange.Foreach;
import dev.runnel.pipeline.Exchange.Goods;
import dev.runnel.pipeline.Exchange.Items;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Flow.Changes;
import dev.runnel.pipeline.Flow.Condition;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Image.Login;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Folder;
import dev.runnel.pipeline.Setting.Job;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import dev.runnel.pipeline.Storage.Cache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Pipelines of every shape, made up.
final class SamplePipelines {
    private final Random random;
    private final Supplier<String> text;

    /// @param text makes up text of any kind
    SamplePipelines(Random random, Supplier<String> text) {
        this.random = random;
        this.text = text;
    }

    Pipeline next() {
        List<Step> steps = new ArrayList<>();
        int size = number();
        for (int step = 1; step <= size; step++) {
            steps.add(random.nextBoolean() ? plain(step) : rich(step));
        }
        return new Pipeline(
                text.get(), text.get(), steps, number(), placement(size), Pipeline.Origin.UNKNOWN);
    }

    private Placement placement(int steps) {
        if (random.nextBoolean()) {
            return Placement.ANYWHERE;
        }
        return new Placement(
                Set.of("linux", "gpu." + number()),
                List.of(
                        new Placement.Group(text.get(), true, List.of()),
                        new Placement.Group(
                                text.get(),
                                false,
                                IntStream.rangeClosed(1, steps).boxed().toList())));
    }

    private Step plain(int number) {
        return new Step(
                number,
                "step " + text.get(),
                new Image("registry.example:5000/team/job:" + number),
                IntStream.range(0, number()).mapToObj(_ -> text.get()).toList(),
                random.nextBoolean());
    }

    private Step rich(int number) {
        Step plain = plain(number);
        return new Step(
                number,
                plain.name(),
                random.nextBoolean()
                        ? plain.image()
                        : plain.image().with(new Login(text.get(), "$NAME")),
                plain.script(),
                plain.commit(),
                flow(number),
                new Attempts(
                        maybe(
                                new Retry(
                                        number(),
                                        duration(),
                                        1 + random.nextDouble(),
                                        Set.copyOf(texts()))),
                        maybe(duration()),
                        maybe(duration())),
                setting(),
                Stream.generate(this::sidecar).limit(random.nextInt(3)).toList(),
                storage(),
                exchange());
    }

    private Flow flow(int number) {
        Condition condition =
                new Condition(maybe(text.get()), maybe(new Changes(texts(), texts())));
        return new Flow(
                IntStream.range(1, number).filter(_ -> random.nextBoolean()).boxed().toList(),
                maybe(condition),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean(),
                IntStream.range(1, number).filter(_ -> random.nextBoolean()).boxed().toList());
    }

    private Setting setting() {
        return new Setting(
                Map.of("A", text.get(), "B", text.get()),
                maybe(text.get()),
                maybe(text.get()),
                maybe(text.get()),
                maybe(text.get()),
                new Resources(
                        memory(),
                        random.nextBoolean() ? OptionalDouble.of(0.5) : OptionalDouble.empty(),
                        random.nextBoolean() ? OptionalInt.of(7) : OptionalInt.empty()),
                texts(),
                maybe(new Job(texts(), texts())),
                random.nextBoolean()
                        ? Folder.SHARED
                        : random.nextBoolean() ? Folder.COPY : Folder.EMPTY);
    }

    private Sidecar sidecar() {
        return new Sidecar(
                text.get(),
                new Image("postgres:17"),
                Map.of("A", text.get()),
                memory(),
                maybe(text.get()),
                duration());
    }

    private Exchange exchange() {
        Items items = random.nextBoolean() ? new Items.Listed(text.get()) : new Items.Said(texts());
        Foreach foreach =
                new Foreach(
                        items,
                        text.get(),
                        random.nextBoolean() ? OptionalInt.of(number()) : OptionalInt.empty(),
                        random.nextBoolean());
        return new Exchange(
                new Goods(texts(), texts()), new Goods(texts(), texts()), maybe(foreach));
    }

    private Storage storage() {
        return new Storage(
                texts(),
                random.nextBoolean(),
                Stream.generate(() -> new Cache(text.get(), text.get(), texts()))
                        .limit(random.nextInt(3))
                        .toList());
    }

    private List<String> texts() {
        return Stream.generate(text).limit(random.nextInt(3)).distinct().toList();
    }

    private OptionalLong memory() {
        return random.nextBoolean()
                ? OptionalLong.of(random.nextLong(1L << 40))
                : OptionalLong.empty();
    }

    private Duration duration() {
        return Duration.ofMillis(random.nextLong(1L << 30));
    }

    private <T> Optional<T> maybe(T value) {
        return random.nextBoolean() ? Optional.of(value) : Optional.empty();
    }

    private int number() {
        return 1 + random.nextInt(5);
    }
}
