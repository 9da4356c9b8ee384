import { execFileSync } from "node:child_process";
import { mkdirSync, statfsSync } from "node:fs";
import { findProgram } from "@redspot/testbed";

/** What a file system that is full still has, in KiB: less than the services keep in reserve. */
const LEFT_KIB = 256;

/** A folder with a file system of its own, small enough to be filled: a tmpfs, whose size can be changed while it is in use. */
export class SmallDisk {
  readonly folder: string;
  /** Why there is none; undefined where there is. */
  readonly problem: string | undefined;
  readonly #kib: number;
  #removed = false;

  private constructor(folder: string, mib: number, problem?: string) {
    this.folder = folder;
    this.#kib = 1024 * mib;
    this.problem = problem;
  }

  /** Mounts it where that is wanted and allowed; otherwise the folder is one like any other, and the problem is told. */
  static at(folder: string, mib: number | undefined): SmallDisk {
    mkdirSync(folder, { recursive: true });
    if (mib === undefined) return new SmallDisk(folder, 0, "no size was asked for");
    try {
      mount("-t", "tmpfs", "-o", `size=${mib}m`, "redspot-chaos", folder);
      const disk = new SmallDisk(folder, mib);
      // However the process ends; where programs still use it, it goes when they have gone.
      process.once("exit", () => disk.remove());
      return disk;
    } catch (error) {
      return new SmallDisk(folder, mib, `a tmpfs cannot be mounted here (root is needed): ${firstLine(error)}`);
    }
  }

  fill(): void {
    this.#resize(this.#usedKib() + LEFT_KIB);
  }

  clear(): void {
    this.#resize(this.#kib);
  }

  /** The mount is gone with all that was on it. */
  remove(): void {
    if (this.problem !== undefined || this.#removed) return;
    this.#removed = true;
    execFileSync(findProgram("umount", "mount"), ["--lazy", this.folder], { stdio: "pipe" });
  }

  #usedKib(): number {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    return Math.ceil(((blocks - bfree) * bsize) / 1024);
  }

  #resize(kib: number): void {
    if (this.problem === undefined) mount("-o", `remount,size=${kib}k`, this.folder);
  }
}

function mount(...args: string[]): void {
  execFileSync(findProgram("mount", "mount"), args, { stdio: "pipe" });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n").at(-1) || "mount failed";
}
