import { setFlagsFromString } from "node:v8";

/**
 * Garbage is collected in the thread that made it. V8 would have four more threads help, on processors that the network
 * keeps busy, and they cost more than they take off: 3 of 126 ms of processor time an image. To be imported before
 * anything else. `test/bench/inference.ts` measures it.
 */
setFlagsFromString("--single-threaded-gc");
