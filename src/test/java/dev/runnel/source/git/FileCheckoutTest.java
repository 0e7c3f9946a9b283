package dev.runnel.source.git;

class FileCheckoutTest extends CheckoutContract {
    FileCheckoutTest() {
        super(Server.FILE);
    }
}
