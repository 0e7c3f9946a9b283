/// Keeps secrets unreadable for who reads the database alone: `SecretBox`.
@NullMarked
package dev.runnel.sealing;

import org.jspecify.annotations.NullMarked;
