import { randomUUID } from "node:crypto";
import { link, open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { type Check, doubtful, fine, wrong } from "./check.ts";

/** Less than that, and a busy day may fill it. */
const LITTLE_BYTES = 10e9;

interface SpoolOptions {
  /** Gives a file a second name; the file system's own unless given. */
  giveName?: typeof link;
}

/** The spool takes files, makes them durable, gives each one name, and has room. */
export function spoolCheck(folder: string, { giveName = link }: SpoolOptions = {}): Check {
  return {
    about: "the spool takes files and has room",
    async look() {
      const [from, to] = [randomUUID(), randomUUID()].map((name) => join(folder, `doctor-${name}`)) as [string, string];
      try {
        const file = await open(from, "wx");
        await file.write("Redspot");
        await file.sync();
        await file.close();
        await giveName(from, to);
      } catch (error) {
        const { code, syscall } = error as NodeJS.ErrnoException;
        if (syscall === "link") {
          return wrong(
            `${folder}: ${code}, it has no hard links`,
            "Put the spool on a file system that has (ext4, XFS, NFS, CephFS; SMB often has not): the first bytes win by them.",
          );
        }
        return wrong(
          `${folder}: ${code}`,
          code === "ENOSPC"
            ? "Make room, or give the spool a larger disk."
            : "See REDSPOT_SPOOL_DIR: the folder must exist, and whoever runs the services must own it.",
        );
      } finally {
        // What could not be made cannot be removed: what is wrong has been said.
        await Promise.allSettled([from, to].map((path) => rm(path, { force: true })));
      }
      const { bavail, bsize } = await statfs(folder);
      const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB free`;
      if (bavail * bsize >= LITTLE_BYTES) return fine(free);
      return doubtful(free, "A busy day of radiographs takes some 10 GB: give the spool a larger disk.");
    },
  };
}
