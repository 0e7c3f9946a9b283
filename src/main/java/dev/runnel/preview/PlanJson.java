package dev.runnel.preview;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Problem;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A pipeline and problems as JSON. What a step does not say is left out.
final class PlanJson {
    static final ObjectMapper JSON = new ObjectMapper();

    private PlanJson() {}

    static ArrayNode problems(List<Problem> problems) {
        ArrayNode array = JSON.createArrayNode();
        for (Problem problem : problems) {
            ObjectNode node = array.addObject();
            node.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
            node.put("code", problem.code());
            node.put("file", problem.file());
            if (problem.line() > 0) {
                node.put("line", problem.line());
                node.put("column", problem.column());
            }
            text(node, "path", problem.path());
            node.put("message", problem.message());
            text(node, "hint", problem.hint());
            text(node, "link", problem.link());
        }
        return array;
    }

    static ObjectNode of(Pipeline pipeline) {
        ObjectNode node = JSON.createObjectNode();
        node.put("pipeline", pipeline.name());
        node.put("workspace", pipeline.workspace());
        texts(node, "labels", pipeline.placement().labels().stream().sorted().toList());
        groups(pipeline.placement().groups(), node);
        ArrayNode steps = node.putArray("steps");
        Waves waves = Waves.of(pipeline);
        for (Step step : pipeline.steps()) {
            ObjectNode object = steps.addObject();
            object.put("step", step.number());
            object.put("name", step.name());
            object.put("image", step.image().reference());
            object.put("wave", waves.of(step));
            numbers(object, "needs", step.flow().needs());
            ArrayNode commands = object.putArray("commands");
            step.script().forEach(commands::add);
            flag(object, "commit", step.commit());
            flow(step.flow(), object);
            attempts(step.attempts(), object);
            setting(step.setting(), object);
            sidecars(step.sidecars(), object);
            storage(step.storage(), object);
            exchange(step.exchange(), object);
        }
        return node;
    }

    private static void groups(List<Placement.Group> groups, ObjectNode node) {
        if (!groups.isEmpty()) {
            ArrayNode array = node.putArray("concurrencyGroups");
            for (Placement.Group group : groups) {
                ObjectNode object = array.addObject();
                object.put("group", group.name());
                numbers(object, "steps", group.steps());
            }
        }
    }

    private static void flow(Flow flow, ObjectNode node) {
        flow.condition().flatMap(Flow.Condition::expression).ifPresent(e -> node.put("when", e));
        flow.condition()
                .flatMap(Flow.Condition::changes)
                .ifPresent(changes -> {
                    ObjectNode object = node.putObject("changes");
                    texts(object, "include", changes.include());
                    texts(object, "exclude", changes.exclude());
                });
        flag(node, "finally", flow.always());
        flag(node, "manual", flow.manual());
        flag(node, "allowFailure", flow.allowFailure());
        if (!flow.stops().isEmpty()) {
            numbers(node, "stops", flow.stops());
        }
    }

    private static void attempts(Attempts attempts, ObjectNode node) {
        attempts.retry()
                .ifPresent(retry -> {
                    ObjectNode object = node.putObject("retry");
                    object.put("times", retry.times());
                    object.put("delaySeconds", retry.delay().toSeconds());
                    object.put("backoff", retry.factor());
                    texts(object, "reasons", retry.reasons().stream().sorted().toList());
                });
        attempts.timeout().ifPresent(span -> node.put("timeoutSeconds", span.toSeconds()));
        attempts.commandTimeout()
                .ifPresent(span -> node.put("commandTimeoutSeconds", span.toSeconds()));
    }

    private static void setting(Setting setting, ObjectNode node) {
        map(node, "environment", setting.environment());
        setting.workdir().ifPresent(value -> node.put("workdir", value));
        setting.shell().ifPresent(value -> node.put("shell", value));
        setting.user().ifPresent(value -> node.put("user", value));
        setting.network().ifPresent(value -> node.put("network", value));
        setting.resources().memoryBytes().ifPresent(value -> node.put("memoryBytes", value));
        setting.resources().cpus().ifPresent(value -> node.put("cpus", value));
        setting.resources().processes().ifPresent(value -> node.put("processes", value));
        texts(node, "afterScript", setting.afterScript());
        setting.job()
                .ifPresent(job -> {
                    texts(node, "command", job.command());
                    texts(node, "arguments", job.arguments());
                });
        flag(node, "isolate", setting.isolated());
        flag(node, "withoutCode", setting.folder() == Setting.Folder.EMPTY);
    }

    private static void sidecars(List<Sidecar> sidecars, ObjectNode node) {
        if (sidecars.isEmpty()) {
            return;
        }
        ArrayNode array = node.putArray("services");
        for (Sidecar sidecar : sidecars) {
            ObjectNode object = array.addObject();
            object.put("name", sidecar.name());
            object.put("image", sidecar.image().reference());
            map(object, "environment", sidecar.environment());
            sidecar.memoryBytes().ifPresent(bytes -> object.put("memoryBytes", bytes));
            sidecar.ready().ifPresent(command -> object.put("ready", command));
        }
    }

    private static void storage(Storage storage, ObjectNode node) {
        texts(node, "artifacts", storage.artifacts());
        if (!storage.download()) {
            node.put("downloadArtifacts", false);
        }
        if (!storage.caches().isEmpty()) {
            ArrayNode array = node.putArray("caches");
            for (Storage.Cache cache : storage.caches()) {
                ObjectNode object = array.addObject();
                object.put("name", cache.name());
                object.put("path", cache.path());
                texts(object, "keyFiles", cache.keyFiles());
            }
        }
    }

    private static void exchange(Exchange exchange, ObjectNode node) {
        goods("inputs", exchange.inputs(), node);
        goods("outputs", exchange.outputs(), node);
        exchange.foreach()
                .ifPresent(foreach -> {
                    ObjectNode object = node.putObject("foreach");
                    switch (foreach.items()) {
                        case Exchange.Items.Listed(String variable) -> object.put("in", variable);
                        case Exchange.Items.Said(List<String> values) -> {
                            ArrayNode array = object.putArray("in");
                            values.forEach(array::add);
                        }
                    }
                    object.put("as", foreach.as());
                    foreach.maxParallel().ifPresent(most -> object.put("maxParallel", most));
                });
    }

    private static void goods(String name, Exchange.Goods goods, ObjectNode node) {
        if (!goods.isEmpty()) {
            ObjectNode object = node.putObject(name);
            texts(object, "files", goods.files());
            texts(object, "variables", goods.variables());
        }
    }

    private static void text(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }

    private static void flag(ObjectNode node, String name, boolean value) {
        if (value) {
            node.put(name, true);
        }
    }

    private static void numbers(ObjectNode node, String name, List<Integer> numbers) {
        ArrayNode array = node.putArray(name);
        numbers.forEach(array::add);
    }

    private static void texts(ObjectNode node, String name, Collection<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = node.putArray(name);
            texts.forEach(array::add);
        }
    }

    private static void map(ObjectNode node, String name, Map<String, String> map) {
        if (!map.isEmpty()) {
            ObjectNode object = node.putObject(name);
            new TreeMap<>(map).forEach(object::put);
        }
    }
}
