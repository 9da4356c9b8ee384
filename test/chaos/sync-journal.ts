/**
 * Loaded before a service's own code (node --import): writes down what each fsync has made durable, so that a power cut
 * can take the rest. It changes nothing of what the service does or sees.
 */
import { appendFileSync, type BigIntStats, fstatSync, readdirSync, readlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const journal = new URL(import.meta.url).searchParams.get("journal");
if (journal === null) throw new Error("sync-journal.ts?journal=FILE");

const probe = await open(import.meta.filename);
const prototype = Object.getPrototypeOf(probe) as FileHandle;
await probe.close();

for (const name of ["sync", "datasync"] as const) {
  const real = prototype[name];
  prototype[name] = async function (this: FileHandle) {
    // Only what was there when it began is durable when it ends.
    const line = syncedBy(this.fd);
    await real.call(this);
    appendFileSync(journal, line);
  };
}

function syncedBy(fd: number): string {
  const stats = fstatSync(fd, { bigint: true });
  if (!stats.isDirectory()) return `${JSON.stringify({ file: identityOf(stats), bytes: Number(stats.size) })}\n`;
  const folder = readlinkSync(`/proc/self/fd/${fd}`);
  return `${JSON.stringify({ folder, names: readdirSync(folder) })}\n`;
}

/** The same as in power-cut.ts: a number is given to another file once a file is gone, a time of birth is not. */
function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}
