import type { ReadingList } from "@redspot/queue";
import { AskedTogether } from "./asked-together.ts";
import type { HeadStarts } from "./reading-policy.ts";
import { countsInShort, LineTexts } from "./workitem-view.ts";

interface Sources {
  list: Pick<ReadingList, "lines" | "doneLines">;
  headStarts: HeadStarts;
  viewerUrl: string | undefined;
  now: () => Date;
}

/** The part of the list that is asked for: those to be read or those done, how many, from where. */
interface Part {
  state: "open" | "done";
  offset: number;
  limit: number;
}

/** A part as it was when Redis was asked for it, at `begun` by `performance.now`. */
interface Kept {
  begun: number;
  page: Buffer;
}

/** How old a part may be that somebody is given. */
const MOST_AGE_MS = 100;

/**
 * How long after a change browsers are told of it at the soonest: who hears of it and asks is never given a part from before
 * it. A timer may be a millisecond early.
 */
export const TOLD_AFTER_MS = MOST_AGE_MS + 2;

/** Of so many parts the latest answer is kept. */
const MOST_KEPT = 16;

/**
 * The reading list as it is served, a part at a time, as JSON in UTF-8. What was read at most `MOST_AGE_MS` ago is given at
 * once, and read again for the next who asks: with many who ask, nobody waits for Redis, and Redis is asked once for all.
 * `changedHere` makes sure that who has done something by this service finds it done.
 */
export class ListPages {
  readonly #sources: Sources;
  readonly #lines: LineTexts;
  readonly #together = new AskedTogether((part) => this.#read(part));
  readonly #kept = new Map<string, Kept>();
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#lines = new LineTexts(sources.viewerUrl);
  }

  async get({ state, offset, limit }: Part): Promise<Buffer> {
    const part = JSON.stringify({ state, offset, limit });
    const kept = this.#kept.get(part);
    if (kept === undefined || !this.#isRecent(kept)) return this.#together.ask(part);
    // Who asks next is told of what goes wrong here, as the part is no longer recent then.
    if (!this.#together.isAsked(part)) this.#together.ask(part).catch(() => this.#kept.delete(part));
    return kept.page;
  }

  /** From now on nobody is given what was read before. */
  changedHere(): void {
    this.#notBefore = performance.now();
  }

  #isRecent({ begun }: Kept): boolean {
    return begun > this.#notBefore && performance.now() - begun <= MOST_AGE_MS;
  }

  async #read(part: string): Promise<Buffer> {
    const begun = performance.now();
    const page = await this.#make(JSON.parse(part));
    this.#kept.delete(part);
    this.#kept.set(part, { begun, page });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return page;
  }

  async #make({ state, offset, limit }: Part): Promise<Buffer> {
    const { list, headStarts, viewerUrl, now } = this.#sources;
    const page = await (state === "done" ? list.doneLines(offset, limit) : list.lines(offset, limit));
    const asOf = now();
    const head = JSON.stringify({
      asOf: asOf.toISOString(),
      headStartMinutes: headStarts.minutes,
      siteHeadStartMinutes: Object.fromEntries(headStarts.sites),
      /** Whether a study can be opened in the PACS's viewer; where needs what the PACS knows, its address comes with the name. */
      hasViewer: viewerUrl !== undefined,
      counts: countsInShort(page.counts),
      total: page.total,
      offset,
    });
    const lines = page.workitems.map((workitem, index) =>
      this.#lines.of(workitem, state === "done" ? null : offset + index + 1, asOf),
    );
    return Buffer.from(`${head.slice(0, -1)},"workitems":[${lines}]}`);
  }
}
