import { availableParallelism } from "node:os";

/** So many libuv starts by itself, whatever the machine. */
const MOST = 4;

/** One may wait for a disk that syncs while another writes. */
const LEAST = 2;

/**
 * As many threads for the file system as there are processors. Where there are more, nearly each call wakes one that
 * sleeps, on a processor that sleeps, and that costs a virtual machine more than most calls do. To be imported before
 * whatever uses the file system: libuv looks once, at the first call. Who has set another number keeps it.
 */
// biome-ignore lint/style/noProcessEnv: it is told to libuv, which knows no other way
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(LEAST, Math.min(availableParallelism(), MOST)));
