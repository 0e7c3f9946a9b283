package dev.runnel.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.source.Source.SourceRefusal;
import dev.runnel.source.SourceFault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HttpsCheckoutTest extends CheckoutContract {
    HttpsCheckoutTest() {
        super(Server.HTTPS);
    }

    @Test
    void aCertificateThatNobodyVouchesForIsRejected() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));

        SourceRefusal refusal = Access.refusal(withoutAuthority(), url(), folder());

        assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_KEY_REJECTED);
        assertThat(refusal.message()).contains("certificate", "runnel.git.http.ca-file");
    }

    @Test
    void anUnusableFileOfAuthoritiesIsNamed() throws Exception {
        repository.commit("main", Map.of("a.txt", "1"));
        Path broken = Files.writeString(temp.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----");

        for (Path file : new Path[] {broken, temp.resolve("missing.pem")}) {
            SourceRefusal refusal =
                    Access.refusal(withoutAuthority().with("http.ca-file", file), url(), folder());
            assertThat(refusal.fault()).isEqualTo(SourceFault.HOST_KEY_REJECTED);
            assertThat(refusal.message()).contains(file.toString(), "runnel.git.http.ca-file");
        }
    }

    private GitSources withoutAuthority() {
        return Server.HTTP.sources(temp);
    }
}
