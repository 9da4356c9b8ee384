/**
 * A planted bug, loaded before a service's own code (node --import): fsync returns at once and has done nothing, so what
 * is acknowledged is still in the page cache.
 */
import { type FileHandle, open } from "node:fs/promises";

const probe = await open(import.meta.filename);
const prototype = Object.getPrototypeOf(probe) as FileHandle;
await probe.close();
prototype.sync = async () => {};
prototype.datasync = async () => {};
