import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the entries of a folder durable: a file's own fsync does not cover its name (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
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

/**
 * Group commit: whoever asks while an operation runs shares the next one with all others that ask meanwhile. The one
 * that runs may have begun too early to cover them.
 */
export class GroupCommit {
  readonly #operation: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(operation: () => Promise<void>) {
    this.#operation = operation;
  }

  /** Resolves when an operation that began after this call has ended. */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    this.#next = this.#running.catch(() => {}).then(() => this.#start());
    return this.#next;
  }

  get idle(): boolean {
    return this.#running === undefined && this.#next === undefined;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = this.#operation().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}

const MOST_REMEMBERED = 10_000;

/**
 * The folders below a root: made when they are needed, and durable with their entries once `sync` has returned. Where
 * durability is switched off it returns at once.
 */
export class DurableFolders {
  readonly #root: string;
  readonly #durable: boolean;
  /** Folders of which this process knows that their names are there for good. */
  readonly #known = new Set<string>();
  readonly #commits = new Map<string, GroupCommit>();

  constructor(root: string, durable: boolean) {
    this.#root = root;
    this.#durable = durable;
  }

  /** Makes the folder, also where it is known: somebody may have removed it with its study. */
  async make(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made !== dirname(first); made = dirname(made)) this.#known.delete(made);
  }

  /** Makes the entries of a folder durable, and the folder itself, also where another process has just made it. */
  async sync(folder: string): Promise<void> {
    if (!this.#durable) return;
    const made: string[] = [];
    for (let one = folder; one !== this.#root && !this.#known.has(one); one = dirname(one)) made.push(one);
    await Promise.all([folder, ...made.map((one) => dirname(one))].map((one) => this.#commit(one)));
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    for (const one of made) this.#known.add(one);
  }

  async #commit(folder: string): Promise<void> {
    const commit = this.#commits.get(folder) ?? new GroupCommit(() => syncFolder(folder));
    this.#commits.set(folder, commit);
    try {
      await commit.run();
    } finally {
      if (commit.idle) this.#commits.delete(folder);
    }
  }
}
