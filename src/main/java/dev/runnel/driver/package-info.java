/// Takes one run from where its log says it is to its end. `RunDriver` tells the story;
/// `StepRunner` takes one step from start to end; `RunControl` carries orders from outside. No
/// framework.
@NullMarked
package dev.runnel.driver;

import org.jspecify.annotations.NullMarked;
