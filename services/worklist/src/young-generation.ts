import { setFlagsFromString } from "node:v8";

/**
 * Keeps this process small while many look at the list. To be imported before anything else.
 *
 * On a machine with much memory V8 lets the young generation grow to 134 MB before it looks at it in earnest, though of
 * what a page of the list is made of nothing outlives the answer. At its initial size it stays at 2 MB.
 * `test/bench/worklist.ts` shows the memory over time.
 */
setFlagsFromString("--semi-space-growth-factor=1");
