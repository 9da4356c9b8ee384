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

/**
 * The reading list as it is served, a part at a time, as JSON in UTF-8. Made anew for each who asks, or for all who ask at
 * the same time: what is shown is never older than the question.
 */
export class ListPages {
  readonly #sources: Sources;
  readonly #lines: LineTexts;
  readonly #together = new AskedTogether((part) => this.#make(JSON.parse(part)));

  constructor(sources: Sources) {
    this.#sources = sources;
    this.#lines = new LineTexts(sources.viewerUrl);
  }

  get({ state, offset, limit }: Part): Promise<Buffer> {
    return this.#together.ask(JSON.stringify({ state, offset, limit }));
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
