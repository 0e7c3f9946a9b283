/// Which outside addresses Runnel may call on somebody's request. Start at `AddressGuard`. Pure.
@NullMarked
package dev.runnel.network;

import org.jspecify.annotations.NullMarked;
