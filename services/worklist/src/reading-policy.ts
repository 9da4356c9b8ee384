import type { ReadingPolicy } from "@redspot/triage";

/** A week: nothing sensible is longer, and a mistake in the unit is. */
const MOST_MINUTES = 7 * 24 * 60;

/** By how many minutes a suspected fracture goes ahead of its arrival, and of which sites by how many others. */
export class HeadStarts {
  readonly minutes: number;
  readonly sites: ReadonlyMap<string, number>;

  constructor(minutes: number, sites: ReadonlyMap<string, number>) {
    this.minutes = minutes;
    this.sites = sites;
  }

  /**
   * Reads `240` or `240,north=120,south=0`: minutes, and those of sites by name. Throws a RangeError that names the
   * entry.
   */
  static parse(text: string): HeadStarts {
    const [first = "", ...others] = text.split(",").map((entry) => entry.trim());
    const sites = new Map<string, number>();
    for (const entry of others) {
      const [, site, minutes = ""] = /^(.+)=([^=]*)$/.exec(entry) ?? [];
      if (!site || sites.has(site)) throw new RangeError(`${entry} is not SITE=MINUTES with a site of its own`);
      sites.set(site, minutesIn(minutes));
    }
    return new HeadStarts(minutesIn(first), sites);
  }

  toString(): string {
    return [this.minutes, ...[...this.sites].map(([site, minutes]) => `${site}=${minutes}`)].join();
  }
}

function minutesIn(text: string): number {
  const minutes = Number(text);
  if (text !== "" && minutes >= 0 && minutes <= MOST_MINUTES) return minutes;
  throw new RangeError(`${text || "nothing"} is no number of minutes from 0 to ${MOST_MINUTES}`);
}

/** The policy of the reading order from what the service was told, in minutes. */
export function readingPolicy({ minutes, sites }: HeadStarts, inconclusiveMinutes: number): ReadingPolicy {
  return {
    headStartMs: minutes * 60_000,
    inconclusiveHeadStartMs: inconclusiveMinutes * 60_000,
    siteHeadStartMs: new Map([...sites].map(([site, own]) => [site, own * 60_000])),
  };
}
