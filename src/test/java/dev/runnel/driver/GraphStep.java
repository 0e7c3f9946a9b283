package dev.runnel.driver;

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
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Setting.Folder;
import dev.runnel.pipeline.Setting.Resources;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import dev.runnel.pipeline.Storage.Cache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// A step of a graph, said piece by piece.
public final class GraphStep {
    private final List<String> script;
    private List<Integer> needs = List.of();
    private List<Integer> stops = List.of();
    private Optional<Condition> condition = Optional.empty();
    private boolean always;
    private boolean manual;
    private boolean allowFailure;
    private boolean commit;
    private Folder folder = Folder.SHARED;
    private Map<String, String> environment = Map.of();
    private Attempts attempts = Attempts.ONCE;
    private Storage storage = Storage.NONE;
    private Exchange exchange = Exchange.NONE;

    private GraphStep(List<String> script) {
        this.script = script;
    }

    public static GraphStep step(String... script) {
        return new GraphStep(List.of(script));
    }

    public GraphStep needs(Integer... numbers) {
        needs = Arrays.stream(numbers).sorted().toList();
        return this;
    }

    GraphStep stops(Integer... numbers) {
        stops = Arrays.stream(numbers).sorted().toList();
        return this;
    }

    GraphStep when(String expression) {
        condition = Optional.of(new Condition(Optional.of(expression), Optional.empty()));
        return this;
    }

    GraphStep whenChanged(String... globs) {
        Changes changes = new Changes(List.of(globs), List.of());
        condition = Optional.of(new Condition(Optional.empty(), Optional.of(changes)));
        return this;
    }

    GraphStep always() {
        always = true;
        return this;
    }

    GraphStep manual() {
        manual = true;
        return this;
    }

    GraphStep allowFailure() {
        allowFailure = true;
        return this;
    }

    GraphStep commit() {
        commit = true;
        return this;
    }

    GraphStep isolated() {
        folder = Folder.COPY;
        return this;
    }

    GraphStep withoutCode() {
        folder = Folder.EMPTY;
        return this;
    }

    GraphStep environment(Map<String, String> variables) {
        environment = variables;
        return this;
    }

    GraphStep artifacts(String... globs) {
        storage = new Storage(List.of(globs), storage.download(), List.of());
        return this;
    }

    GraphStep cache(String name, String path, String... keyFiles) {
        List<Cache> caches = List.of(new Cache(name, path, List.of(keyFiles)));
        storage = new Storage(storage.artifacts(), storage.download(), caches);
        return this;
    }

    GraphStep gives(String... variables) {
        exchange =
                new Exchange(
                        exchange.inputs(),
                        new Goods(exchange.outputs().files(), List.of(variables)),
                        exchange.foreach());
        return this;
    }

    GraphStep takes(List<String> files, List<String> variables) {
        exchange =
                new Exchange(new Goods(files, variables), exchange.outputs(), exchange.foreach());
        return this;
    }

    GraphStep givesFiles(String... files) {
        exchange =
                new Exchange(
                        exchange.inputs(),
                        new Goods(List.of(files), exchange.outputs().variables()),
                        exchange.foreach());
        return artifacts(files);
    }

    /// Runs for each item of a variable's list.
    GraphStep each(String variable, int atATime) {
        return each(new Items.Listed(variable), atATime, false);
    }

    GraphStep each(Items items, int atATime, boolean failFast) {
        exchange =
                new Exchange(
                        exchange.inputs(),
                        exchange.outputs(),
                        Optional.of(new Foreach(items, "ITEM", OptionalInt.of(atATime), failFast)));
        return this;
    }

    GraphStep withoutDownload() {
        storage = new Storage(storage.artifacts(), false, List.of());
        return this;
    }

    GraphStep retry(int times, Duration delay, String... reasons) {
        attempts =
                new Attempts(
                        Optional.of(new Retry(times, delay, 1, Set.of(reasons))),
                        attempts.timeout(),
                        attempts.commandTimeout());
        return this;
    }

    GraphStep timeout(Duration step, Duration command) {
        attempts = new Attempts(attempts.retry(), Optional.of(step), Optional.of(command));
        return this;
    }

    /// The pipeline of these steps, numbered and named as they come.
    public static Pipeline pipeline(GraphStep... steps) {
        return pipeline(List.of(steps));
    }

    /// The pipeline of these steps, numbered and named as they come.
    public static Pipeline pipeline(List<GraphStep> steps) {
        List<Step> built = new ArrayList<>();
        steps.forEach(step -> built.add(step.build(built.size() + 1)));
        return new Pipeline("default", "/work", built);
    }

    private Step build(int number) {
        Setting setting =
                new Setting(
                        environment,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Resources.UNSAID,
                        List.of(),
                        Optional.empty(),
                        folder);
        return new Step(
                number,
                "step " + number,
                new Image("alpine"),
                script,
                commit,
                new Flow(needs, condition, always, manual, allowFailure, stops),
                attempts,
                setting,
                List.of(),
                storage,
                exchange);
    }
}
