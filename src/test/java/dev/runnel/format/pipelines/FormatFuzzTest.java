package dev.runnel.format.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.format.PipelineFile;
import dev.runnel.format.Reading;
import dev.runnel.format.Selection;
import dev.runnel.pipeline.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever the bytes are, a reading comes out, and what it says can be shown and found in the
/// file.
class FormatFuzzTest {
    private static final long SEED = 20_260_714;
    private static final int MOST_FILES = 20_000;
    private static final Duration LONGEST = Duration.ofSeconds(3);
    private static final List<String> PIECES =
            List.of(
                    "image: alpine\n",
                    "pipelines:",
                    "default:",
                    "steps:",
                    "- step:",
                    "script:",
                    "name: a",
                    "commit: yes",
                    "- parallel:",
                    "- stage:",
                    "branches:",
                    "custom:",
                    "needs: [a]",
                    "needs: b",
                    "id: a",
                    "matrix:",
                    "A: [1, 2, 3]",
                    "when: a ==",
                    "finally: true",
                    "retry: 3",
                    "services: x",
                    "definitions:",
                    "variables:",
                    "artifacts: ../**",
                    "timeout: 1h",
                    "\n",
                    "\n  ",
                    "\n    ",
                    "\n        ",
                    "- ",
                    ": ",
                    "?",
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    "&a ",
                    "*a",
                    "<<: *a",
                    "!!str ",
                    "!x ",
                    "|\n",
                    ">-\n",
                    "'",
                    "\"",
                    "\\",
                    "\\0",
                    "\\uD800",
                    "#",
                    "---\n",
                    "...\n",
                    "%YAML 1.1\n",
                    "%TAG ",
                    "\t",
                    "\r",
                    "\u0000",
                    "\u0085",
                    "\u2028",
                    "\ufeff",
                    "é",
                    "🚀",
                    "~",
                    "null",
                    "42",
                    "0x1f",
                    "1_0:30",
                    "2024-01-01",
                    "on",
                    "`",
                    "@",
                    "!",
                    "$(date)");

    private final RunnelFormat format = new RunnelFormat();
    private final Random random = new Random(SEED);

    @Test
    void everyFileIsReadAndItsProblemsHaveAPlaceInIt() throws IOException {
        List<byte[]> real = realFiles();
        long end = System.nanoTime() + LONGEST.toNanos();
        int accepted = 0;
        int refused = 0;
        while (accepted + refused < MOST_FILES && System.nanoTime() < end) {
            byte[] content = random.nextInt(4) == 0 ? invented() : mutated(real);
            switch (read(content)) {
                case Reading.Accepted _ -> accepted++;
                case Reading.Refused(List<Problem> problems) -> {
                    refused++;
                    assertThat(faults(problems, content))
                            .as("reading of %s", Base64.getEncoder().encodeToString(content))
                            .isEmpty();
                }
            }
        }
        // both ends of the format were reached, so the mutations are neither too wild nor too tame
        assertThat(accepted).isPositive();
        assertThat(refused).isPositive();
    }

    private Reading read(byte[] content) {
        try {
            PipelineFile file = new PipelineFile("fxq-pipeline.yml", content);
            List<Problem> problems = format.check(file);
            Reading reading = format.read(file, Selection.DEFAULT);
            if (reading instanceof Reading.Refused refused && problems.isEmpty()) {
                assertThat(refused.problems())
                        .extracting(Problem::code)
                        .isSubsetOf("unknown-pipeline", "missing-variable");
            }
            return reading;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(
                    "reading of " + Base64.getEncoder().encodeToString(content), e);
        }
    }

    private static List<String> faults(List<Problem> problems, byte[] content) {
        // decoding never changes how many line ends there are
        long lines = Math.max(1, new String(content, StandardCharsets.UTF_8).lines().count());
        List<String> faults = new ArrayList<>();
        int last = 1;
        for (Problem problem : problems) {
            if (!problem.link().endsWith('#' + problem.code())) {
                faults.add("without its link: " + problem);
            }
            if (problem.line() < last || problem.line() > lines || problem.column() < 1) {
                faults.add("not in the file or not in order: " + problem);
            }
            if (!problem.path().isEmpty() && !problem.path().startsWith("/")) {
                faults.add("not a pointer: " + problem);
            }
            if (dev.runnel.yaml.Printable.hasControls(problem.toLine() + problem.path())) {
                faults.add("not printable: " + problem);
            }
            last = problem.line();
        }
        return faults;
    }

    private static List<byte[]> realFiles() throws IOException {
        List<byte[]> contents = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/test/resources"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yml")).sorted().toList()) {
                contents.add(Files.readAllBytes(file));
            }
        }
        return contents;
    }

    private byte[] invented() {
        return Stream.generate(() -> PIECES.get(random.nextInt(PIECES.size())))
                .limit(1 + random.nextInt(60))
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] mutated(List<byte[]> real) {
        byte[] content = anyOf(real).clone();
        for (int times = 1 + random.nextInt(3); times > 0; times--) {
            content =
                    switch (random.nextInt(6)) {
                        case 0 -> flipped(content);
                        case 1 -> shuffled(content);
                        case 2 -> slice(content, 0, position(content));
                        case 3 -> joined(content, slice(anyOf(real), position(content)));
                        case 4 -> inserted(content, anyPiece());
                        default -> withoutALine(content);
                    };
        }
        return content;
    }

    private byte[] flipped(byte[] content) {
        byte[] flipped = content.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] shuffled(byte[] content) {
        List<String> lines = lines(content);
        Collections.shuffle(lines, random);
        return bytes(lines);
    }

    private byte[] withoutALine(byte[] content) {
        List<String> lines = lines(content);
        if (!lines.isEmpty()) {
            lines.remove(random.nextInt(lines.size()));
        }
        return bytes(lines);
    }

    private byte[] inserted(byte[] content, byte[] piece) {
        int at = position(content);
        return joined(joined(slice(content, 0, at), piece), slice(content, at));
    }

    // Latin-1 keeps every byte as it is
    private static List<String> lines(byte[] content) {
        return new ArrayList<>(
                List.of(new String(content, StandardCharsets.ISO_8859_1).split("\n", -1)));
    }

    private static byte[] bytes(List<String> lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] slice(byte[] content, int from) {
        return slice(content, from, content.length);
    }

    private static byte[] slice(byte[] content, int from, int to) {
        int start = Math.min(from, content.length);
        return Arrays.copyOfRange(content, start, Math.max(start, to));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(first);
        joined.writeBytes(second);
        return joined.toByteArray();
    }

    private byte[] anyPiece() {
        return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] anyOf(List<byte[]> contents) {
        return contents.get(random.nextInt(contents.size()));
    }

    private int position(byte[] content) {
        return random.nextInt(content.length + 1);
    }
}
