import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { AuditDestination, AuditRecord } from "./audit-destination.ts";
import { AuditFailure } from "./audit-failure.ts";

/** Owner alone: it names patients. */
const MODE = 0o600;

const LINE_END = 0x0a;

/**
 * A file of JSON lines, each with the message as XML in it: appended, and on disk before it counts as delivered. It is
 * opened for each batch, so that a file that was moved away (logrotate) is begun anew without anybody being told.
 */
export class AuditFile implements AuditDestination {
  readonly #path: string;
  /** Of the file whose name is known to be on disk. */
  #inode: bigint | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async deliver(records: readonly AuditRecord[]): Promise<void> {
    const lines = records.map(({ id, at, event, host, xml }) =>
      JSON.stringify({ id, at: at.toISOString(), event, host, xml }),
    );
    try {
      await using file = await open(this.#path, "a+", MODE);
      // A full disk may have left half a line.
      const start = (await endsWithinLine(file)) ? "\n" : "";
      await file.appendFile(`${start}${lines.join("\n")}\n`);
      await file.datasync();
      await this.#syncName(file);
    } catch (error) {
      const { code = "unknown" } = error as NodeJS.ErrnoException;
      throw new AuditFailure("AUDIT_NOT_WRITTEN", `the audit file could not be written (${code})`);
    }
  }

  /** A file that is new has its name on disk once its folder is synced (fsync(2)). */
  async #syncName(file: FileHandle): Promise<void> {
    const { ino } = await file.stat({ bigint: true });
    if (ino === this.#inode) return;
    await using folder = await open(dirname(this.#path), "r");
    await folder.sync();
    this.#inode = ino;
  }
}

async function endsWithinLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== LINE_END;
}
