/// Hands runs to drivers. A request enters through `RunStarter` and waits in the store;
/// `RunDispatcher` claims it when there is a place and has it driven; `LeaseKeeper` keeps the claim
/// alive. No framework: `app` puts the pieces together.
@NullMarked
package dev.runnel.engine;

import org.jspecify.annotations.NullMarked;
