import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

type Line =
  | { readonly file: string; readonly bytes: number }
  | { readonly folder: string; readonly names: readonly string[] };

/**
 * What a power cut leaves of a spool on the worst disk that POSIX allows: a file's bytes only where an fsync of the file
 * ended, its name only where an fsync of its folder began after the name was there (fsync(2)). All else is removed.
 *
 * @param journal what sync-journal.ts wrote
 * @returns how many files are gone, or shorter
 */
export function loseUnsynced(spool: string, journal: string): number {
  const files = new Map<string, number>();
  const names = new Map<string, Set<string>>();
  for (const text of readLines(journal)) {
    const line = JSON.parse(text) as Line;
    if ("file" in line) files.set(line.file, Math.max(line.bytes, files.get(line.file) ?? 0));
    else names.set(line.folder, (names.get(line.folder) ?? new Set()).union(new Set(line.names)));
  }
  return loseIn(spool, { files, names });
}

interface Durable {
  /** How many bytes of each an fsync has reached. */
  readonly files: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

function loseIn(folder: string, durable: Durable): number {
  let lost = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const named = durable.names.get(folder)?.has(entry.name) ?? false;
    if (entry.isDirectory()) {
      // All below a name that is gone is gone; below the root everything has to be named.
      lost += named ? loseIn(path, durable) : countFiles(path);
      if (!named) rmSync(path, { recursive: true });
      continue;
    }
    const bytes = durable.files.get(identityOf(path));
    if (!named || bytes === undefined) rmSync(path);
    else if (statSync(path).size > bytes) truncateSync(path, bytes);
    else continue;
    lost += 1;
  }
  return lost;
}

function countFiles(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

/** The same as in sync-journal.ts. */
function identityOf(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true });
  return `${ino}-${birthtimeNs}`;
}

function readLines(file: string): string[] {
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
}

/** How old what a power cut leaves of Redis's log is at least, with appendfsync everysec: it may be two seconds (redis.io, persistence). */
const EVERYSEC_MS = 1_500;

/**
 * How long Redis's append-only file has been, and when: with `everysec` only what was in it a second or two ago is on
 * disk. With `always` all is that anybody was told of.
 */
export class AppendOnlyFile {
  readonly #folder: string;
  readonly #sizes: { at: number; name: string; bytes: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(redisFolder: string) {
    this.#folder = join(redisFolder, "appendonlydir");
    this.#timer = setInterval(() => this.#look(), 100).unref();
  }

  /** Cuts the file of a Redis that was killed; answers with how many bytes are gone. */
  loseUnsynced(): number {
    const newest = this.#newest();
    if (newest === undefined) return 0;
    const old = this.#sizes.findLast(({ at, name }) => name === newest.name && at < performance.now() - EVERYSEC_MS);
    const left = Math.min(newest.bytes, old?.bytes ?? newest.bytes);
    truncateSync(join(this.#folder, newest.name), left);
    return newest.bytes - left;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const newest = this.#newest();
    if (newest === undefined) return;
    this.#sizes.push({ at: performance.now(), ...newest });
    if (this.#sizes.length > 100) this.#sizes.shift();
  }

  #newest(): { name: string; bytes: number } | undefined {
    if (!existsSync(this.#folder)) return undefined;
    const number = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? -1);
    const name = readdirSync(this.#folder)
      .filter((one) => number(one) >= 0)
      .sort((a, b) => number(a) - number(b))
      .at(-1);
    return name === undefined ? undefined : { name, bytes: statSync(join(this.#folder, name)).size };
  }
}
