package dev.runnel.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The addresses that are not hosts of the public internet (IANA's special-purpose registries, and
/// two that clouds answer on).
final class SpecialAddresses {
    private static final Map<AddressBlock, String> BLOCKS = new LinkedHashMap<>();

    /// IPv6 ranges whose addresses stand for an IPv4 address, and the byte at which it starts.
    private static final Map<AddressBlock, Integer> CARRIERS = new LinkedHashMap<>();

    static {
        String metadata = "a cloud's metadata address";
        String privately = "a private address";
        String loopback = "a loopback address";
        String linkLocal = "a link-local address";
        String multicast = "a multicast address";
        String reserved = "a reserved address";
        add(metadata, "169.254.169.254/32", "168.63.129.16/32", "fd00:ec2::254/128");
        add("the unspecified address", "0.0.0.0/32", "::/128");
        add(loopback, "127.0.0.0/8", "::1/128");
        add(privately, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10");
        add("a shared (carrier-grade NAT) address", "100.64.0.0/10");
        add(linkLocal, "169.254.0.0/16", "fe80::/10");
        add(multicast, "224.0.0.0/4", "ff00::/8");
        add(reserved, "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24");
        add(reserved, "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4");
        add(reserved, "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16");
        add(reserved, "64:ff9b:1::/48");
        CARRIERS.put(block("::/96"), 12);
        CARRIERS.put(block("::ffff:0:0:0/96"), 12);
        CARRIERS.put(block("64:ff9b::/96"), 12);
        CARRIERS.put(block("2002::/16"), 2);
    }

    private SpecialAddresses() {}

    /// What is special about an address, as in `a private address`; empty for a public one.
    static Optional<String> describe(InetAddress address) {
        for (Map.Entry<AddressBlock, String> entry : BLOCKS.entrySet()) {
            if (entry.getKey().contains(address)) {
                return Optional.of(entry.getValue());
            }
        }
        return carried(address).flatMap(SpecialAddresses::describe);
    }

    /// Java itself turns `::ffff:10.0.0.1` into `10.0.0.1`; these are the other ways to write it.
    private static Optional<InetAddress> carried(InetAddress address) {
        if (address instanceof Inet4Address) {
            return Optional.empty();
        }
        for (Map.Entry<AddressBlock, Integer> carrier : CARRIERS.entrySet()) {
            if (carrier.getKey().contains(address)) {
                int from = carrier.getValue();
                return Optional.of(ipv4(Arrays.copyOfRange(address.getAddress(), from, from + 4)));
            }
        }
        return Optional.empty();
    }

    private static InetAddress ipv4(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are an address", e);
        }
    }

    private static void add(String what, String... blocks) {
        for (String block : blocks) {
            BLOCKS.put(block(block), what);
        }
    }

    private static AddressBlock block(String text) {
        return AddressBlock.parse(text).orElseThrow();
    }
}
