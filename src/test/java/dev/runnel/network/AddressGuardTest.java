package dev.runnel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.network.AddressGuard.Allowed;
import dev.runnel.network.AddressGuard.Decision;
import dev.runnel.network.AddressGuard.Refused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    private static final Map<String, List<String>> NAMES =
            Map.of(
                    "public.example", List.of("93.184.216.34", "2606:2800:220:1::1"),
                    "private.example", List.of("10.1.2.3"),
                    "mixed.example", List.of("93.184.216.34", "192.168.0.1"),
                    "six.example", List.of("2606:2800:220:1::1", "fd12::1"),
                    "git.inner.example", List.of("10.9.9.9"));

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, loopback",
        "127.255.0.9, loopback",
        "::1, loopback",
        "0.0.0.0, unspecified",
        "0.1.2.3, reserved",
        "::, unspecified",
        "10.0.0.1, private",
        "172.16.0.1, private",
        "172.31.255.255, private",
        "192.168.1.1, private",
        "fd00::1, private",
        "fc00::1, private",
        "fec0::1, private",
        "100.64.0.1, shared",
        "100.127.255.255, shared",
        "169.254.1.1, link-local",
        "fe80::1, link-local",
        "169.254.169.254, metadata",
        "168.63.129.16, metadata",
        "fd00:ec2::254, metadata",
        "224.0.0.1, multicast",
        "239.255.255.255, multicast",
        "ff02::1, multicast",
        "240.0.0.1, reserved",
        "255.255.255.255, reserved",
        "192.0.2.1, reserved",
        "198.18.0.1, reserved",
        "2001:db8::1, reserved",
        "2001:0:1234::1, reserved",
        "::ffff:127.0.0.1, loopback",
        "::ffff:10.0.0.1, private",
        "::127.0.0.1, loopback",
        "::ffff:0:10.0.0.1, private",
        "64:ff9b::a9fe:a9fe, metadata",
        "2002:7f00:1::, loopback",
        "2002:c0a8:101::1, private",
    })
    void refusesAddressesThatAreNotOfThePublicInternet(String address, String what)
            throws Exception {
        AddressGuard guard = guard();
        assertThat(guard.check(address)).isInstanceOf(Refused.class);
        assertThat(guard.checkUnresolved(address))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .contains(what, "runnel.network.allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "169.253.255.255",
                "11.0.0.1",
                "223.255.255.255",
                "2606:2800:220:1::1",
                "::ffff:8.8.8.8",
                "64:ff9b::808:808",
                "2002:808:808::1",
                "public.example",
            })
    void allowsPublicAddresses(String host) throws Exception {
        assertThat(guard().check(host)).isEqualTo(new Allowed());
        assertThat(guard().checkUnresolved(host)).isEqualTo(new Allowed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"private.example", "mixed.example", "six.example", "PRIVATE.example."})
    void everyAddressOfANameHasToBeAllowed(String host) throws Exception {
        assertThat(guard().check(host))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .contains("private")
                                        .doesNotContain("10.1.2.3", "192.168.0.1", "fd12"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST.",
                "any.localhost",
                "[::1]",
                "127.1",
                "2130706433",
                "[::ffff:127.0.0.1]",
            })
    void thisMachineIsRefusedWithoutANameServerHoweverItIsWritten(String host) {
        assertThat(guard().checkUnresolved(host)).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x7f000001", "127.0.0.0x1"})
    void addressesInOtherBasesAreNoWayAround(String host) {
        AddressGuard guard = new AddressGuard(List.of());
        try {
            assertThat(guard.check(host)).isInstanceOf(Refused.class);
        } catch (UnknownHostException e) {
            assertThat(e).hasMessageContaining(host);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.2.3, true",
        "10.0.0.0/8, 11.1.2.3, true", // public anyway
        "10.0.0.0/8, 192.168.1.1, false",
        "10.0.0.0/9, 10.128.0.1, false",
        "192.168.1.1, 192.168.1.1, true",
        "192.168.1.1, 192.168.1.2, false",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fc12::1, false",
        "10.0.0.0/8, private.example, true",
        "192.168.0.0/16, mixed.example, true",
        "private.example, private.example, true",
        "PRIVATE.example, private.EXAMPLE, true",
        "private.example, 10.1.2.3, false",
        "private.example, git.inner.example, false",
        "*.example, private.example, true",
        "*.inner.example, git.inner.example, true",
        "*.git.inner.example, git.inner.example, false",
        "*.ner.example, git.inner.example, false",
        "localhost, localhost, true",
        "127.0.0.0/8, localhost, true",
        "0.0.0.0/0, 169.254.169.254, true",
        "0.0.0.0/0, ::1, false",
        "127.0.0.1, ::ffff:127.0.0.1, true",
    })
    void theAllowListNamesWhatMayBeCalledAllTheSame(String allow, String host, boolean allowed)
            throws Exception {
        Decision decision = guard(allow).check(host);
        assertThat(decision instanceof Allowed).as("%s", decision).isEqualTo(allowed);
    }

    @Test
    void aNameWithoutAnAddressIsNoDecision() {
        assertThatThrownBy(() -> guard().check("nowhere.example"))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void aNameOnTheListNeedsNoNameServer() throws Exception {
        assertThat(guard("nowhere.example").check("nowhere.example")).isEqualTo(new Allowed());
    }

    @Test
    void anAddressThatWasConnectedToIsJudgedUnderItsName() throws Exception {
        InetAddress inside = InetAddress.ofLiteral("10.9.9.9");
        assertThat(guard().check("public.example", inside)).isInstanceOf(Refused.class);
        assertThat(guard("public.example").check("public.example", inside))
                .isEqualTo(new Allowed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0.0/x",
                "10.0/8",
                "fd00::/129",
                "a b",
                "http://x",
                "*",
                "ex*mple.com",
                "256.0.0.1",
                "example.com:8080"
            })
    void anEntryThatIsNeitherNameNorRangeIsNamedAtOnce(String entry) {
        assertThatThrownBy(() -> guard(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("runnel.network.allow")
                .hasMessageContaining("'" + entry + "'");
    }

    private static AddressGuard guard(String... allow) {
        return new AddressGuard(List.of(allow), AddressGuardTest::resolve);
    }

    private static InetAddress[] resolve(String host) throws UnknownHostException {
        if (host.equals("localhost")) {
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        }
        try {
            return new InetAddress[] {InetAddress.ofLiteral(host)};
        } catch (IllegalArgumentException _) {
            List<String> addresses = NAMES.get(host);
            if (addresses == null) {
                throw new UnknownHostException(host);
            }
            return addresses.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
        }
    }
}
