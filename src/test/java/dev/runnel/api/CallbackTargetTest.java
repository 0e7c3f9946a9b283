package dev.runnel.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.network.AddressGuard;
import dev.runnel.problem.ProblemDocument.Fault;
import dev.runnel.problem.RequestRefused;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a caller is told at once of the addresses of its callbacks.
class CallbackTargetTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://ci.example/x",
                "/x",
                "ci.example/x",
                "http://",
                "http:///x",
                "mailto:a@ci.example",
                "javascript:alert(1)",
                "http://a b/",
                "http://ci.example:0/",
                "http://ci.example:70000/",
                "http://127.1/",
            })
    void whatIsNoWebAddressIsRefused(String url) {
        assertThat(fault(url, guard()).detail()).isEqualTo("this is not a web address");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1/x, loopback",
        "http://2130706433/x, loopback",
        "http://LOCALHOST:81/x, loopback",
        "http://api.localhost./x, loopback",
        "https://[::1]/x, loopback",
        "https://[::ffff:10.0.0.1]/x, private",
        "http://10.0.0.1/x, private",
        "http://192.168.1.1/x, private",
        "http://[fd00::1]/x, private",
        "http://169.254.169.254/latest/meta-data, metadata",
        "http://0.0.0.0/x, unspecified",
    })
    void anAddressThatRunnelDoesNotCallIsRefused(String url, String what) {
        assertThat(fault(url, guard()).detail()).contains(what, "runnel.network.allow");
    }

    @Test
    void aUserInTheAddressIsRefusedAndNotRepeated() {
        Fault fault = fault("https://name:hunter2@ci.example/x", guard());

        assertThat(fault.detail()).contains("password");
        assertThat(fault.toString()).doesNotContain("hunter2", "name:");
    }

    @Test
    void noFaultRepeatsTheAddress() {
        assertThat(fault("gopher://u:hunter2@h/x?token=hunter2", guard()).toString())
                .doesNotContain("hunter2");
    }

    @Test
    void theFaultNamesTheField() {
        assertThat(fault("/x", guard()).pointer()).isEqualTo("/run");
    }

    @Test
    void whatTheOperatorAllowedIsTaken() {
        assertThat(read("http://10.0.0.1:9/x", guard("10.0.0.0/8")))
                .isEqualTo("http://10.0.0.1:9/x");
        assertThat(read("http://localhost/x", guard("localhost"))).isEqualTo("http://localhost/x");
    }

    @Test
    void aNameIsTakenWithoutANameServer() {
        assertThat(read("https://scheduler.corp.example/x?y=1", guard()))
                .isEqualTo("https://scheduler.corp.example/x?y=1");
    }

    private static String read(String url, AddressGuard guard) {
        JsonBody body = body(url);
        URI target = CallbackTarget.read(body, "run", guard).orElseThrow();
        body.refuseFaults();
        return target.toString();
    }

    private static Fault fault(String url, AddressGuard guard) {
        JsonBody body = body(url);
        assertThat(CallbackTarget.read(body, "run", guard)).isEmpty();
        RequestRefused refused = catchThrowableOfType(RequestRefused.class, body::refuseFaults);
        return refused.problem().errors().getFirst();
    }

    private static JsonBody body(String url) {
        String json = "{\"run\": \"" + url + "\"}";
        return JsonBody.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static AddressGuard guard(String... allow) {
        return new AddressGuard(
                List.of(allow),
                host -> {
                    throw new AssertionError("a name server was asked for " + host);
                });
    }
}
