import { type Random, randomFor } from "@redspot/phantom";
import { type ImagePool, type Template, uidFrom } from "./image-pool.ts";
import type { Episode } from "./plan.ts";

export interface PlannedInstance {
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly template: Template;
}

/** Some instances of one study in one request. */
export interface Delivery {
  readonly atMs: number;
  readonly studyInstanceUID: string;
  readonly instances: readonly PlannedInstance[];
}

/** What kinds of studies come, and how often: most departments send more than one wants. */
const KINDS = [
  [45, "one lateral"],
  [15, "both views"],
  [10, "no lateral"],
  [6, "a child"],
  [5, "pixels missing"],
  [4, "a document alone"],
  [5, "a document later"],
  [6, "another lateral later"],
  [4, "another lateral soon"],
] as const;
/** Share of deliveries that a PACS sends again though nobody asked. */
const AGAIN = 0.08;

/** Later than a study takes to settle, and sooner. */
const LATER_MS = [3_000, 9_000] as const;
const SOON_MS = [100, 900] as const;

/** What senders send in an episode, in order of time; the same for the same seed. */
export function planLoad(
  seed: number,
  episode: Pick<Episode, "number" | "studies" | "loadMs">,
  pool: ImagePool,
): Delivery[] {
  const random = randomFor(seed, "load", episode.number);
  return Array.from({ length: episode.studies }, (_, index) => {
    const studyInstanceUID = uidFrom("study", seed, episode.number, index);
    const atMs = random.uniform(0, episode.loadMs);
    return deliveriesOf(random, pool).map(([afterMs, templates]) => ({
      atMs: atMs + afterMs,
      studyInstanceUID,
      instances: templates.map(({ name, template }) => ({
        sopInstanceUID: uidFrom("instance", studyInstanceUID, name),
        seriesInstanceUID: uidFrom("series", studyInstanceUID),
        template,
      })),
    }));
  })
    .flat()
    .sort((a, b) => a.atMs - b.atMs);
}

/** Each lateral once, at once. */
export function planOneOfEach(seed: number, pool: ImagePool): Delivery[] {
  return pool.laterals.map((template): Delivery => {
    const studyInstanceUID = uidFrom("study", seed, template.name);
    const [sopInstanceUID, seriesInstanceUID] = [
      uidFrom("instance", studyInstanceUID),
      uidFrom("series", studyInstanceUID),
    ];
    return { atMs: 0, studyInstanceUID, instances: [{ sopInstanceUID, seriesInstanceUID, template }] };
  });
}

type Named = { readonly name: string; readonly template: Template };

function deliveriesOf(random: Random, pool: ImagePool): [afterMs: number, of: Named[]][] {
  const kind = random.weighted(KINDS);
  const one = { name: "1", template: random.pick(pool.laterals) };
  const two = { name: "2", template: random.pick(pool.laterals) };
  const frontal = { name: "3", template: pool.frontal };
  const document = { name: "4", template: pool.document };
  const later = random.uniform(...LATER_MS);
  const soon = random.uniform(...SOON_MS);
  const deliveries = ((): [number, Named[]][] => {
    switch (kind) {
      case "one lateral":
        return [[0, [one]]];
      case "both views":
        return [[0, [frontal, one]]];
      case "no lateral":
        return [[0, [frontal]]];
      case "a child":
        return [[0, [{ name: "5", template: pool.child }]]];
      case "pixels missing":
        return [[0, [{ name: "6", template: pool.short }]]];
      case "a document alone":
        return [[0, [document]]];
      case "a document later":
        return [
          [0, [one]],
          [later, [document]],
        ];
      case "another lateral later":
        return [
          [0, [one]],
          [later, [two]],
        ];
      case "another lateral soon":
        return [
          [0, [one]],
          [soon, [two]],
        ];
    }
  })();
  if (random.chance(AGAIN)) deliveries.push([random.uniform(...LATER_MS), deliveries[0]![1]]);
  return deliveries;
}
