import type { Workitem } from "./workitem.ts";

/** A line as it was read, and when Redis had last changed it. */
export interface KnownLine {
  changedAt: string;
  workitem: Workitem;
}

/** The lines of a part of the list by study. */
export type KnownPart = ReadonlyMap<string, KnownLine>;

/**
 * So long a line is taken for what Redis has while its time of change is the same. Versions that do not note that time
 * may be at work during an upgrade.
 */
const KEEP_MS = 10_000;

/** So many parts of the list are kept: those that people look at. */
const MOST_PARTS = 32;

/** What was last read of the parts of the list that are looked at, so that only what has changed has to be read again. */
export class KnownLines {
  readonly #parts = new Map<string, KnownPart>();
  readonly #readAt = new WeakMap<Workitem, number>();
  readonly #now: () => number;

  /** @param now milliseconds on a clock that is never set */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  of(part: string): KnownPart {
    const since = this.#now() - KEEP_MS;
    const lines = [...(this.#parts.get(part) ?? [])];
    return new Map(lines.filter(([, { workitem }]) => this.#readAt.get(workitem)! > since));
  }

  keep(part: string, lines: KnownPart): void {
    for (const { workitem } of lines.values()) {
      if (!this.#readAt.has(workitem)) this.#readAt.set(workitem, this.#now());
    }
    this.#parts.delete(part);
    this.#parts.set(part, lines);
    const [longestAgo = ""] = this.#parts.keys();
    if (this.#parts.size > MOST_PARTS) this.#parts.delete(longestAgo);
  }
}
