/// The HTTP interface: one resource per noun under `/api/v1`, and the same under the short paths
/// `/runs…`. The replaced interfaces are the packages below.
@NullMarked
package dev.runnel.api;

import org.jspecify.annotations.NullMarked;
