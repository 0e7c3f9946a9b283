package dev.runnel.network;

import java.net.InetAddress;
import java.util.Optional;

/// A range of addresses in CIDR form.
///
/// @param network its first address, 4 or 16 bytes; never changed
/// @param bits how many leading bits all its addresses share
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied by nobody
record AddressBlock(byte[] network, int bits) {

    /// Reads `10.0.0.0/8`, `fd00::/8` or a single address.
    ///
    /// @return empty when it is not that; a name is never resolved
    static Optional<AddressBlock> parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        // Java also reads 10.1 as 10.0.0.1; here it is more likely a slip of the pen.
        if (address.indexOf(':') < 0 && !address.matches("\\d+(\\.\\d+){3}")) {
            return Optional.empty();
        }
        try {
            byte[] network = InetAddress.ofLiteral(address).getAddress();
            int bits = slash < 0 ? network.length * 8 : Integer.parseInt(text.substring(slash + 1));
            return bits < 0 || bits > network.length * 8
                    ? Optional.empty()
                    : Optional.of(new AddressBlock(network, bits));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if (((bytes[i / 8] ^ network[i / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }
}
