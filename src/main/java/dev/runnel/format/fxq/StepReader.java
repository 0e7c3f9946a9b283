package dev.runnel.format.fxq;

import dev.runnel.format.fxq.Value.Kind;
import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Step;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads what is under a `step`.
final class StepReader {
    private static final int LONGEST_NAME = 255;
    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");

    private final Findings findings;
    private final ScriptReader scripts;
    private final boolean fileHasImage;
    private final Optional<Image> fileImage;

    /// @param image the image at the top of the file, as it is written
    StepReader(Findings findings, Optional<Value> image) {
        this.findings = findings;
        this.scripts = new ScriptReader(findings);
        this.fileHasImage = image.isPresent();
        this.fileImage = image.flatMap(this::image);
    }

    /// The step; empty when it has faults, which are then among the findings.
    Optional<Step> read(Value value, int number) {
        if (value.kind() != Kind.MAPPING) {
            findings.wrongType(
                    value, "`step`", "a mapping", "indent `image:` and `script:` below `step:`");
            return Optional.empty();
        }
        int before = findings.count();
        Fields fields = Fields.of(value, findings).check(Level.STEP);
        String name = fields.get("name").map(this::name).orElse("Step " + number);
        boolean commit = fields.get("commit").map(this::commit).orElse(false);
        Optional<Image> image = fields.get("image").map(this::image).orElse(fileImage);
        if (!fields.isMeant("image") && !fileHasImage) {
            findings.error(
                    Code.MISSING_IMAGE,
                    value,
                    "step " + number + " has no image, and the file has none for all steps",
                    "add `image:` to the step or at the top of the file");
        }
        Optional<Value> script = fields.get("script");
        if (script.isEmpty() && !fields.isMeant("script")) {
            findings.error(
                    Code.MISSING_SCRIPT,
                    value,
                    "step " + number + " has no `script`",
                    "add `script:` with a list of commands");
        }
        List<String> commands = script.map(scripts::read).orElse(List.of());
        return findings.count() == before && image.isPresent()
                ? Optional.of(new Step(number, name, image.get(), commands, commit))
                : Optional.empty();
    }

    private String name(Value value) {
        String name = value.scalar().strip();
        switch (value.kind()) {
            case NOTHING, LIST, MAPPING, TAGGED ->
                    findings.wrongType(value, "`name`", "text", "write a name or remove the key");
            case TEXT, NUMBER, BOOLEAN, DATE -> {
                if (name.isEmpty()) {
                    findings.error(
                            Code.BAD_NAME,
                            value,
                            "`name` is blank",
                            "write a name or remove the key");
                } else if (name.length() > LONGEST_NAME) {
                    findings.error(
                            Code.BAD_NAME,
                            value,
                            "`name` has more than " + LONGEST_NAME + " characters",
                            "shorten it");
                } else if (Printable.hasControls(name)) {
                    findings.error(
                            Code.BAD_NAME,
                            value,
                            "`name` has line ends or other control characters",
                            "write it on one line");
                }
            }
        }
        return name;
    }

    private boolean commit(Value value) {
        String word = value.scalar().toLowerCase(Locale.ROOT);
        boolean isYes = TRUE.contains(word);
        if (value.kind() != Kind.BOOLEAN || !(isYes || FALSE.contains(word))) {
            findings.wrongType(
                    value, "`commit`", "`true` or `false`", "write `commit: true`, without quotes");
        }
        return isYes;
    }

    private Optional<Image> image(Value value) {
        Optional<Image> image = Optional.empty();
        switch (value.kind()) {
            case TEXT -> {
                image = Image.parse(value.scalar());
                if (image.isEmpty()) {
                    findings.error(
                            Code.BAD_IMAGE,
                            value,
                            value.scalar().isBlank()
                                    ? "`image` is blank"
                                    : Printable.quote(value.scalar())
                                            + " is not the name of an image",
                            hint(value.scalar().strip()));
                }
            }
            case MAPPING ->
                    findings.error(
                            Code.NOT_SUPPORTED,
                            value,
                            "an image with its own login or user is not supported yet",
                            "write only the name: `image: alpine`");
            case NUMBER, BOOLEAN, DATE ->
                    findings.wrongType(value, "`image`", "text", "put it in quotes");
            case NOTHING, LIST, TAGGED ->
                    findings.wrongType(
                            value,
                            "`image`",
                            "text",
                            "write the name of one image: `image: alpine`");
        }
        return image;
    }

    private static String hint(String reference) {
        String lower = reference.toLowerCase(Locale.ROOT);
        if (Image.parse(lower).isPresent()) {
            return "names are in lower case: `" + lower + "`";
        }
        if (reference.contains("://")) {
            return "leave out everything up to `://`";
        }
        if (reference.contains("$")) {
            return "variables are not replaced here";
        }
        return "write it as `alpine`, `python:3.13` or `registry.example/team/job:1`";
    }
}
