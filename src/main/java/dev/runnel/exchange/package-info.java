/// What steps hand to each other: small values, which a step writes into a file and others find
/// among their variables (`OutputFile`, `OutputText`, `HandedOn`), and lists of items that make one
/// step several (`Expansion`). Who writes is not trusted.
@NullMarked
package dev.runnel.exchange;

import org.jspecify.annotations.NullMarked;
