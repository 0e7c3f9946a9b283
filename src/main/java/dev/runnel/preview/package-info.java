/// What a pipeline file says, without running it: its problems, and the graph of steps that a run
/// would execute, as text, JSON and a Mermaid diagram. The command line and the API show the same.
@NullMarked
package dev.runnel.preview;

import org.jspecify.annotations.NullMarked;
