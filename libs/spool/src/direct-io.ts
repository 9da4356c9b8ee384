import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { Block } from "./blocks.ts";
import { systemCode } from "./spool-error.ts";

/** Where direct I/O asks for whole units, in memory and in the file, this one is a multiple of all that are in use. */
export const DIRECT_UNIT_BYTES = 4096;

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** Of a Linux file system that has it. */
const DIRECT: number = constants.O_DIRECT ?? 0;

/** Creates a file to be written, past the page cache where that is asked for. */
export function create(path: string, direct: boolean) {
  return open(path, direct ? FLAGS | DIRECT : FLAGS, 0o640);
}

/**
 * Whether a file system takes bytes straight from our memory (open(2), O_DIRECT). An instance is written once, in one
 * go, and made durable at once: the page cache would only add a copy, and memory that grows with what comes in.
 */
export async function takesDirectWrites(path: string, block: Block): Promise<boolean> {
  if (DIRECT === 0) return false;
  try {
    const handle = await create(path, true);
    try {
      await handle.write(block.bytes, 0, DIRECT_UNIT_BYTES, 0);
      return true;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (["EINVAL", "EOPNOTSUPP", "ENOTSUP"].includes(systemCode(error) ?? "")) return false;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}
