package dev.runnel.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a step takes from the steps before it and gives to those after it.
///
/// @param inputs what has to be there when it starts
/// @param outputs what has to be there when its script succeeded
/// @param foreach for what it runs once each, in a step of its own; empty: it runs once
public record Exchange(Goods inputs, Goods outputs, Optional<Foreach> foreach) {
    /// Nothing.
    public static final Exchange NONE = new Exchange(Goods.NONE, Goods.NONE, Optional.empty());

    /// The same without running for each of something.
    public Exchange once() {
        return new Exchange(inputs, outputs, Optional.empty());
    }

    /// Files and small values.
    ///
    /// @param files globs over paths relative to the workspace, each of which has to match a file
    /// @param variables names of variables
    public record Goods(List<String> files, List<String> variables) {
        public static final Goods NONE = new Goods(List.of(), List.of());

        public Goods {
            files = List.copyOf(files);
            variables = List.copyOf(variables);
        }

        public boolean isEmpty() {
            return files.isEmpty() && variables.isEmpty();
        }
    }

    /// A step that is known only when it is about to start, and then becomes one step for each item
    /// of a list. It has no container of its own.
    ///
    /// @param items what it runs for
    /// @param as name of the variable that holds the item; `as` with `_INDEX` behind it holds its
    ///   place in the list, from 0
    /// @param maxParallel how many of its steps run at a time; empty: as many as there are places
    /// @param failFast whether the others stop when one of its steps has failed
    public record Foreach(Items items, String as, OptionalInt maxParallel, boolean failFast) {
        /// Name of the variable with the place of the item.
        public String index() {
            return as + "_INDEX";
        }
    }

    /// Where the items come from.
    public sealed interface Items {
        /// A variable that holds a JSON list.
        record Listed(String variable) implements Items {}

        /// The file says them.
        record Said(List<String> values) implements Items {
            public Said {
                values = List.copyOf(values);
            }
        }
    }
}
