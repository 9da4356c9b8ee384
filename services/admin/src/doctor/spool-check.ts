import { randomUUID } from "node:crypto";
import { open, rename, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Check, doubtful, fine, wrong } from "./check.ts";

/** Less than that, and a busy day may fill it. */
const LITTLE_BYTES = 10e9;

/** The spool takes files, makes them durable, and has room. */
export function spoolCheck(folder: string): Check {
  return {
    about: "the spool takes files and has room",
    async look() {
      const [from, to] = [randomUUID(), randomUUID()].map((name) => join(folder, `doctor-${name}`)) as [string, string];
      try {
        const file = await open(from, "wx");
        await file.write("Redspot");
        await file.sync();
        await file.close();
        await rename(from, to);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        return wrong(
          `${folder}: ${code}`,
          code === "ENOSPC"
            ? "Make room, or give the spool a larger disk."
            : "See REDSPOT_SPOOL_DIR: the folder must exist, and whoever runs the services must own it.",
        );
      } finally {
        await Promise.all([from, to].map((path) => rm(path, { force: true })));
      }
      const { bavail, bsize } = await statfs(folder);
      const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
      if (bavail * bsize >= LITTLE_BYTES) return fine(free);
      return doubtful(free, "A busy day of radiographs takes some 10 GB: give the spool a larger disk.");
    },
  };
}
