import { statfs } from "node:fs/promises";
import { SpoolError } from "./spool-error.ts";

/** Fewer names than that, and the file system is as good as full, whatever bytes it has. */
const LEAST_NAMES = 1000;

/** After so many bytes of a file it is asked again whether there is room. */
const BYTES_BETWEEN_LOOKS = 16 * 1024 * 1024;

/**
 * While there is so much left, the file system is asked only once in a moment, in which no disk takes that much: to ask
 * wakes another thread, twice for each instance.
 */
const PLENTY_BYTES = 1024 * 1024 * 1024;
const MOMENT_MS = 100;

/** How many bytes a file system still takes, as its users see it. */
export type FreeBytes = (folder: string) => Promise<number>;

const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  // Some file systems count no names, and then say 0 of 0.
  return files > 0 && ffree < LEAST_NAMES ? 0 : bavail * bsize;
};

/**
 * What room there is in a file system above a reserve. The reserve is for what is on its way already, and for those who
 * share the disk: a database that finds it full stops, and may not come back by itself.
 */
export class Room {
  readonly #folder: string;
  readonly #reserve: number;
  readonly #free: FreeBytes;
  readonly #now: () => number;
  /** What was found to be left, and when. */
  #left = 0;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param now a clock in milliseconds that never goes back */
  constructor(folder: string, reserve: number, free: FreeBytes = freeBytes, now = () => performance.now()) {
    this.#folder = folder;
    this.#reserve = reserve;
    this.#free = free;
    this.#now = now;
  }

  /** Bytes that can be taken without touching the reserve; never below 0. */
  async bytes(): Promise<number> {
    const now = this.#now();
    if (this.#left >= PLENTY_BYTES && now - this.#askedAt < MOMENT_MS) return this.#left;
    this.#left = Math.max(0, (await this.#free(this.#folder)) - this.#reserve);
    this.#askedAt = now;
    return this.#left;
  }

  /** Throws SpoolError NO_SPACE where nothing more can be taken. It is asked anew then, so it recovers by itself. */
  async mustBeLeft(): Promise<void> {
    if ((await this.bytes()) > 0) return;
    throw new SpoolError("NO_SPACE", `no space left in the spool above the reserve of ${this.#reserve} bytes`);
  }

  /** The same for bytes of a file that grows, from `at` on: it is asked now and then, not for each of them. */
  async mustBeLeftFor(at: number, bytes: number): Promise<void> {
    const looks = (end: number) => Math.floor(end / BYTES_BETWEEN_LOOKS);
    if (looks(at + bytes) > looks(at)) await this.mustBeLeft();
  }
}
