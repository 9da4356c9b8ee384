import { setFlagsFromString } from "node:v8";
import { setUntilExit } from "@redspot/runtime/v8-option";

/**
 * Keeps this process small while bodies stream through it. To be imported before anything else.
 *
 * The chunks of a body are buffers of 64 KiB outside the heap, which V8 frees when it collects the young generation,
 * and it lets them pile up in proportion to that generation's size. At its initial size of 1 MiB, instead of the 16 to
 * which it would grow, they take 10 MB instead of 100, and the service is no slower. `test/bench/stow-memory.ts`
 * measures it.
 *
 * The heap itself is small, and V8 is told to keep it so: its code is simple, and what takes time is not JavaScript.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setUntilExit("--optimize-for-size", "--no-optimize-for-size");
