package dev.runnel.source.git;

/// A checkout is the same when it comes by way of a mirror.
class MirroredCheckoutTest extends CheckoutContract {
    MirroredCheckoutTest() {
        super(Server.MIRRORED);
    }
}
