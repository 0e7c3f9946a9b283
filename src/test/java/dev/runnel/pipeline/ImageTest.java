package dev.runnel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alpine",
                "alpine:3",
                "alpine:3.20_rc-1.x",
                "library/alpine",
                "a/b/c/d:latest",
                "registry.example/team/job",
                "registry.example:5000/team/job:1",
                "localhost:5000/job",
                "127.0.0.1:5000/job",
                "[::1]:5000/job",
                "[2001:db8::1]/job:tag",
                "Registry.Example/job",
                "a.b_c__d-e---f/x",
                "job:A_B.c-d",
                "0",
            })
    void aReferenceIsTakenAsItIs(String text) {
        assertThat(Image.parse(text)).contains(new Image(text));
        assertThat(Image.parse("  " + text + "\n")).contains(new Image(text));
        String pinned = text + "@" + DIGEST;
        assertThat(Image.parse(pinned)).contains(new Image(pinned));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":tag",
                "/job",
                "job/",
                "job//x",
                "job:",
                "job:tag:tag",
                "job:-tag",
                "job:.tag",
                "Job",
                "team/Job",
                "-job",
                "job-",
                "_job",
                "job_",
                "a..b",
                "a___b",
                "job@",
                "job@sha256:",
                "job@sha256:0123",
                "job@" + "sha256:zz",
                "job name",
                "job\nname",
                "job;rm",
                "$(job)",
                "--privileged",
                "https://registry.example/job",
                "registry.example:port/job",
                "[::1/job",
                "jöb",
            })
    void whatIsNoReferenceIsRefused(String text) {
        assertThat(Image.parse(text)).isEmpty();
        assertThatThrownBy(() -> new Image(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not an image reference");
    }

    @Test
    void lengthsAreBounded() {
        assertThat(Image.parse("job:" + "t".repeat(128))).isPresent();
        assertThat(Image.parse("job:" + "t".repeat(129))).isEmpty();
        assertThat(Image.parse("a".repeat(512))).isPresent();
        assertThat(Image.parse("a".repeat(513))).isEmpty();
    }

    @Test
    void aReferenceThatAlmostMatchesIsRefusedQuickly() {
        // a grammar that backtracks would not come back from these
        assertThat(Image.parse("a-".repeat(250) + "!")).isEmpty();
        assertThat(Image.parse("a/".repeat(250) + "!")).isEmpty();
        assertThat(Image.parse("a".repeat(500) + "!")).isEmpty();
    }
}
