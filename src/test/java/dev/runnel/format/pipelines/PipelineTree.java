package dev.runnel.format.pipelines;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runnel.pipeline.Attempts;
import dev.runnel.pipeline.Exchange;
import dev.runnel.pipeline.Flow;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Pipeline;
import dev.runnel.pipeline.Placement;
import dev.runnel.pipeline.Setting;
import dev.runnel.pipeline.Sidecar;
import dev.runnel.pipeline.Step;
import dev.runnel.pipeline.Storage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A pipeline as JSON for expectations: of each step what every step has, and of the rest what is
/// not as usual.
final class PipelineTree {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PipelineTree() {}

    static ObjectNode of(Pipeline pipeline) {
        ObjectNode node = JSON.createObjectNode();
        node.put("name", pipeline.name());
        node.put("workspace", pipeline.workspace());
        if (pipeline.history() > 1) {
            node.put("history", pipeline.history());
        }
        ArrayNode steps = node.putArray("steps");
        pipeline.steps().forEach(step -> step(step, steps.addObject()));
        Placement placement = pipeline.placement();
        if (!placement.labels().isEmpty()) {
            ArrayNode labels = node.putArray("labels");
            placement.labels().stream().sorted().forEach(labels::add);
        }
        if (!placement.groups().isEmpty()) {
            ArrayNode groups = node.putArray("groups");
            placement.groups().forEach(group -> groups.add(group.toString()));
        }
        return node;
    }

    private static void step(Step step, ObjectNode node) {
        node.put("number", step.number());
        node.put("name", step.name());
        image(step.image(), node);
        node.put("commit", step.commit());
        ArrayNode script = node.putArray("script");
        step.script().forEach(script::add);
        flow(step.flow(), step.number(), node);
        attempts(step.attempts(), node);
        setting(step.setting(), node);
        sidecars(step.sidecars(), node);
        storage(step.storage(), node);
        exchange(step.exchange(), node);
    }

    private static void flow(Flow flow, int number, ObjectNode node) {
        if (!flow.needs().equals(number == 1 ? List.of() : List.of(number - 1))) {
            ArrayNode needs = node.putArray("needs");
            flow.needs().forEach(needs::add);
        }
        flow.condition().flatMap(Flow.Condition::expression).ifPresent(e -> node.put("when", e));
        flow.condition()
                .flatMap(Flow.Condition::changes)
                .ifPresent(changes -> {
                    texts(node, "changed", changes.include());
                    texts(node, "unchanged", changes.exclude());
                });
        flag(node, "always", flow.always());
        flag(node, "manual", flow.manual());
        flag(node, "allowFailure", flow.allowFailure());
        if (!flow.stops().isEmpty()) {
            ArrayNode stops = node.putArray("stops");
            flow.stops().forEach(stops::add);
        }
    }

    private static void attempts(Attempts attempts, ObjectNode node) {
        attempts.retry()
                .ifPresent(retry -> {
                    ObjectNode object = node.putObject("retry");
                    object.put("times", retry.times());
                    object.put("delay", retry.delay().toString());
                    object.put("factor", retry.factor());
                    texts(object, "reasons", retry.reasons().stream().sorted().toList());
                });
        attempts.timeout().ifPresent(span -> node.put("timeout", span.toString()));
        attempts.commandTimeout().ifPresent(span -> node.put("commandTimeout", span.toString()));
    }

    private static void setting(Setting setting, ObjectNode node) {
        map(node, "environment", setting.environment());
        setting.workdir().ifPresent(value -> node.put("workdir", value));
        setting.shell().ifPresent(value -> node.put("shell", value));
        setting.user().ifPresent(value -> node.put("user", value));
        setting.network().ifPresent(value -> node.put("network", value));
        setting.resources().memoryBytes().ifPresent(value -> node.put("memory", value));
        setting.resources().cpus().ifPresent(value -> node.put("cpus", value));
        setting.resources().processes().ifPresent(value -> node.put("processes", value));
        texts(node, "afterScript", setting.afterScript());
        setting.job()
                .ifPresent(job -> {
                    texts(node, "command", job.command());
                    texts(node, "arguments", job.arguments());
                });
        flag(node, "isolated", setting.isolated());
        flag(node, "empty", setting.folder() == Setting.Folder.EMPTY);
    }

    private static void image(Image image, ObjectNode node) {
        node.put("image", image.reference());
        image.login().ifPresent(login -> node.put("login", login.toString()));
    }

    private static void sidecars(List<Sidecar> sidecars, ObjectNode node) {
        for (Sidecar sidecar : sidecars) {
            ObjectNode object = node.withObjectProperty("services").putObject(sidecar.name());
            image(sidecar.image(), object);
            map(object, "environment", sidecar.environment());
            sidecar.memoryBytes().ifPresent(bytes -> object.put("memory", bytes));
            sidecar.ready().ifPresent(command -> object.put("ready", command));
            object.put("patience", sidecar.patience().toString());
        }
    }

    private static void storage(Storage storage, ObjectNode node) {
        texts(node, "artifacts", storage.artifacts());
        flag(node, "withoutArtifacts", !storage.download());
        for (Storage.Cache cache : storage.caches()) {
            ObjectNode object = node.withObjectProperty("caches").putObject(cache.name());
            object.put("path", cache.path());
            texts(object, "keyFiles", cache.keyFiles());
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
                        case Exchange.Items.Said(List<String> values) ->
                                texts(object, "items", values);
                    }
                    object.put("as", foreach.as());
                    foreach.maxParallel().ifPresent(most -> object.put("parallel", most));
                    flag(object, "failFast", foreach.failFast());
                });
    }

    private static void goods(String name, Exchange.Goods goods, ObjectNode node) {
        if (!goods.isEmpty()) {
            texts(node.withObjectProperty(name), "files", goods.files());
            texts(node.withObjectProperty(name), "variables", goods.variables());
        }
    }

    private static void flag(ObjectNode node, String name, boolean value) {
        if (value) {
            node.put(name, true);
        }
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
