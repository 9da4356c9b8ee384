import { createHmac, randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TrainingError } from "../training-error.ts";
import { onDisk } from "../work-folder.ts";

const FILE = "patient.key";

/**
 * The secret under which patients are hashed: drawn when a work folder is begun, readable by its owner alone. With it and
 * the department's own numbers a hash can be traced to its patient; destroy it to make the folder anonymous for good.
 *
 * @throws {TrainingError} WORK_FILE_INVALID, DISK_FULL
 */
export async function openPatientKey(work: string): Promise<string> {
  const path = join(work, FILE);
  const drawn = randomBytes(32).toString("hex");
  const made = await onDisk(async () => {
    const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return undefined;
      throw error;
    });
    if (!file) return false;
    try {
      await file.writeFile(`${drawn}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return true;
  });
  if (made) return drawn;
  const key = (await readFile(path, "utf8")).trim();
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new TrainingError(
    "WORK_FILE_INVALID",
    `${path} is not the key that collect drew. Put the right one back, or begin a new work folder: with another key the same patient is another.`,
  );
}

/** First 128 bits of the HMAC-SHA-256 of some identifiers, in hex. */
export function keyedHash(key: string, ...identifiers: readonly string[]): string {
  return createHmac("sha256", key).update(JSON.stringify(identifiers)).digest("hex").slice(0, 32);
}
