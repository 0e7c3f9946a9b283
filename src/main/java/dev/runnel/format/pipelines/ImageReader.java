package dev.runnel.format.pipelines;

import dev.runnel.pipeline.Image;
import dev.runnel.pipeline.Image.Login;
import dev.runnel.yaml.Fields;
import dev.runnel.yaml.Findings;
import dev.runnel.yaml.Printable;
import dev.runnel.yaml.Scalars;
import dev.runnel.yaml.Value;
import dev.runnel.yaml.Value.Kind;
import dev.runnel.yaml.YamlCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads what is under an `image`.
final class ImageReader {
    private final Findings findings;
    private final Scalars scalars;

    /// An image as a file names it.
    ///
    /// @param images one for each cell of the step's matrix, or one for all of them
    record Named(List<Image> images, Optional<String> user) {
        Image of(int cell) {
            return images.get(images.size() == 1 ? 0 : cell);
        }
    }

    ImageReader(Findings findings) {
        this.findings = findings;
        this.scalars = new Scalars(findings);
    }

    /// The image; empty when it has faults.
    Optional<Named> read(Value value) {
        return read(value, List.of(Map.of()));
    }

    /// The image of each cell of a matrix; empty when one has faults.
    Optional<Named> read(Value value, List<Map<String, String>> cells) {
        switch (value.kind()) {
            case TEXT -> {
                return images(value, cells).map(images -> new Named(images, Optional.empty()));
            }
            case MAPPING -> {
                return mapping(value, cells);
            }
            case NUMBER, BOOLEAN, DATE ->
                    findings.wrongType(value, "`image`", "text", "put it in quotes");
            case NOTHING, LIST, TAGGED ->
                    findings.wrongType(
                            value,
                            "`image`",
                            "text",
                            "write the name of one image: `image: alpine`");
        }
        return Optional.empty();
    }

    private Optional<Named> mapping(Value value, List<Map<String, String>> cells) {
        Fields fields = Fields.of(value, findings).check(Keys.IMAGE, Keys.ALL);
        Optional<String> user =
                fields.get("run-as-user").flatMap(name -> scalars.line(name, "`run-as-user`"));
        Optional<Value> name = fields.get("name");
        if (name.isEmpty()) {
            if (!fields.isMeant("name")) {
                findings.error(
                        Code.MISSING_IMAGE,
                        value,
                        "the image has no `name`",
                        "write `name: alpine` below `image:`");
            }
            return Optional.empty();
        }
        if (name.get().kind() != Kind.TEXT) {
            findings.wrongType(name.get(), "`name`", "text", "write the name of one image");
            return Optional.empty();
        }
        Optional<Login> login = login(fields);
        return images(name.get(), cells)
                .map(images ->
                        login.map(known -> images.stream().map(one -> one.with(known)).toList())
                                .orElse(images))
                .map(images -> new Named(images, user));
    }

    private Optional<Login> login(Fields fields) {
        fields.get("email").ifPresent(email -> scalars.line(email, "`email`"));
        Optional<Value> user = fields.get("username");
        Optional<Value> password = fields.get("password");
        if (user.isEmpty() && password.isEmpty()) {
            return Optional.empty();
        }
        if (user.isEmpty() || password.isEmpty()) {
            String there = user.isPresent() ? "username" : "password";
            String missing = user.isPresent() ? "password" : "username";
            findings.error(
                    YamlCode.BAD_VALUE,
                    fields.key(there).orElseThrow(),
                    "there is a `" + there + "` and no `" + missing + "`",
                    "add the other one, or remove it");
            return Optional.empty();
        }
        Optional<String> name = user.flatMap(value -> scalars.line(value, "`username`"));
        // a text with a `$` in it was meant to be filled in
        if (name.isPresent() && name.get().contains("$") && Login.variable(name.get()).isEmpty()) {
            findings.error(
                    YamlCode.BAD_VALUE,
                    user.get(),
                    "`username` is neither a name nor a variable",
                    "write it as `$NAME`, with nothing before or behind it");
            return Optional.empty();
        }
        Value secret = password.get();
        if (secret.kind() != Kind.TEXT || Login.variable(secret.scalar().strip()).isEmpty()) {
            findings.error(
                    Code.PLAIN_PASSWORD,
                    secret,
                    "`password` is not the name of a variable, and a password does not belong in"
                            + " a file",
                    "send it among the secrets of the request, and write `password: $NAME`");
            return Optional.empty();
        }
        return name.map(known -> new Login(known, secret.scalar().strip()));
    }

    private Optional<List<Image>> images(Value value, List<Map<String, String>> cells) {
        String template = value.scalar();
        boolean isTemplate = template.contains("${");
        List<Image> images = new ArrayList<>();
        for (Map<String, String> cell : isTemplate ? cells : cells.subList(0, 1)) {
            String reference = MatrixReader.filled(template, cell);
            Optional<Image> image = Image.parse(reference);
            if (image.isEmpty()) {
                findings.error(
                        Code.BAD_IMAGE,
                        value,
                        reference.isBlank()
                                ? "`image` is blank"
                                : Printable.quote(reference) + " is not the name of an image",
                        hint(reference.strip()));
                return Optional.empty();
            }
            images.add(image.get());
        }
        return Optional.of(images);
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
            return "only the values of a matrix are replaced here, as `${NAME}`";
        }
        return "write it as `alpine`, `python:3.13` or `registry.example/team/job:1`";
    }
}
