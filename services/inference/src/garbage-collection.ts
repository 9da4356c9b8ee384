import { setFlagsFromString } from "node:v8";
import { setUntilExit } from "@redspot/runtime/v8-option";

/**
 * Has V8 collect garbage when there is some, and in the thread whose it is. To be imported before anything else.
 *
 * Each image leaves a few hundred kilobytes outside the heap behind. V8 counts them as if the heap had grown, and begins to
 * mark, a little at a time and in threads of its own beside it, once 8 MB have come together: every ten studies. To mark
 * at once, when the heap is full, is needed every hundred; that takes 60 ms, in which nobody but the engine has anything to
 * do. And of a young generation there is hardly anything to be copied: the threads that V8 wakes for it cost more than they
 * help where the network has all cores. On two cores a swept study takes 10 ms less
 * (docs/decisions/0076-garbage-is-collected-when-there-is-some.md).
 */
setUntilExit("--no-incremental-marking", "--incremental-marking");
setFlagsFromString("--no-parallel-scavenge");
