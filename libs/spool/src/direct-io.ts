import { constants } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Block } from "./blocks.ts";
import type { ReadMemory } from "./read-memory.ts";
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

/** Opens a file to be read, past the page cache where that is asked for, in whole units then. */
export function openToRead(path: string, direct: boolean): Promise<FileHandle> {
  return open(path, direct ? constants.O_RDONLY | DIRECT : constants.O_RDONLY);
}

/**
 * Reads a file whole into memory that begins at a page, past the page cache where the file system can: what was written
 * so is not in it, and there is nothing to copy.
 */
export async function readWhole(path: string, memory: ReadMemory): Promise<Uint8Array> {
  try {
    if (DIRECT !== 0) return await readInUnits(await openToRead(path, true), memory);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return readInUnits(await openToRead(path, false), memory);
}

async function readInUnits(file: FileHandle, memory: ReadMemory): Promise<Uint8Array> {
  try {
    const { size } = await file.stat();
    const asked = DIRECT_UNIT_BYTES * Math.ceil(size / DIRECT_UNIT_BYTES);
    const bytes = memory.withRoomFor(asked);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, asked - at, at);
      at += bytesRead;
      // Less than whole units come at the end of the file only.
      if (bytesRead % DIRECT_UNIT_BYTES !== 0 || bytesRead === 0) break;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

const isRefusal = (error: unknown) => ["EINVAL", "EOPNOTSUPP", "ENOTSUP"].includes(systemCode(error) ?? "");

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
    if (isRefusal(error)) return false;
    throw error;
  } finally {
    await rm(path, { force: true });
  }
}
