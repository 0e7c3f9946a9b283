package dev.runnel.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunRequestTest {

    @ParameterizedTest
    @CsvSource({
        "https://host/o/r.git, https://host/o/r.git",
        "https://user:hunter2@host/o/r.git, https://***@host/o/r.git",
        "https://hunter2@host:8443/o/r.git, https://***@host:8443/o/r.git",
        "HTTPS://user:hun@ter2@host/o/r.git, HTTPS://***@host/o/r.git",
        "https://host/o/a@b.git, https://host/o/a@b.git",
        "ssh://git@host:2222/o/r.git, ssh://git@host:2222/o/r.git",
        "ssh://git:hunter2@host/o/r.git, ssh://***@host/o/r.git",
        "git@host:o/r.git, git@host:o/r.git",
        "/srv/o/r.git, /srv/o/r.git",
    })
    void aSecretInTheAddressIsNotShown(String url, String shown) {
        assertThat(RunRequest.of(url).shownUrl()).isEqualTo(shown);
    }

    @Test
    void aRequestInAMessageTellsNoSecret() {
        RunRequest request =
                new RunRequest(
                        "https://user:hunter2@host/o/r.git",
                        Optional.of("main"),
                        Optional.empty(),
                        Map.of("TOKEN", "hunter2"),
                        Callbacks.NONE);

        assertThat(request.toString())
                .contains("https://***@host/o/r.git", "main", "TOKEN")
                .doesNotContain("hunter2", "user");
    }
}
