/// A YAML file as a tree in which every value knows its place: read within bounds, whatever its
/// bytes are, with everything that is wrong gathered as problems. The way of a file is `FileText`
/// (bytes to characters) → `YamlTree` (characters to a harmless tree of `Value`s) → `Fields` and
/// `Scalars` (what the values say). What they find they leave in `Findings`.
@NullMarked
package dev.runnel.yaml;

import org.jspecify.annotations.NullMarked;
