import { randomBytes } from "node:crypto";
import { readdir, stat, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Names what is on its way in this process: `<host>.<process id>.<random>.<count>`, the host without dots. */
export class TemporaryNames {
  static readonly #ofThisProcess = new Set<string>();
  readonly #owner: string;
  #count = 0;

  constructor() {
    const random = randomBytes(6).toString("hex");
    this.#owner = `${host()}.${process.pid}.${random}`;
    TemporaryNames.#ofThisProcess.add(random);
  }

  next(): string {
    this.#count += 1;
    return `${this.#owner}.${this.#count}`;
  }

  static isOfThisProcess(random: string): boolean {
    return TemporaryNames.#ofThisProcess.has(random);
  }
}

function host(): string {
  return hostname().replace(/[^A-Za-z0-9-]/g, "-");
}

/** A file of another machine that nobody has written to for so long belongs to nobody: senders are cut off well before. */
const FORGOTTEN_AFTER_MS = 60 * 60_000;

/**
 * Removes what processes that are gone left in the spool's temporary folder. Several listeners share a spool, so a file
 * is removed only if its process is known to be gone (same machine), or if nobody has written to it for an hour.
 */
export async function removeLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      if (isGone(name) || now - (await stat(path)).mtimeMs > FORGOTTEN_AFTER_MS) await unlink(path);
    } catch {
      // Its owner, or another process that opens the spool just now, was faster.
    }
  }
}

function isGone(name: string): boolean {
  const [machine, pid, random = ""] = name.split(".");
  if (machine !== host()) return false;
  // In a container the process id is the same after every start.
  if (Number(pid) === process.pid) return !TemporaryNames.isOfThisProcess(random);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
