import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the entries of a folder durable: a file's own fsync does not cover its name (fsync(2)). */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder with all that lead to it, each that is new durable in its parent. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const above = dirname(first);
  for (let made = folder; made !== above; made = dirname(made)) await syncFolder(dirname(made));
}

const MOST_REMEMBERED = 10_000;

/** The folders below a root of which this process knows that they are there for good. */
export class DurableFolders {
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes a folder below the root durable, also where another process has just made it and not synced it yet. */
  async make(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    await mkdir(folder, { recursive: true });
    for (let made = folder; made !== this.#root; made = dirname(made)) await syncFolder(dirname(made));
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.add(folder);
  }
}
