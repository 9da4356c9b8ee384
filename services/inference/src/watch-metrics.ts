import type { ReadingList, WatchLog, WatchNote } from "@redspot/queue";
import { gauge, type Metrics } from "@redspot/runtime";
import { calibrationFigures, type Expectation, watchFigures } from "./model-watch.ts";
import { OTHER, type WatchedOrigins } from "./origin.ts";

const ALL = "all";
/** Verdicts of older days say more about older ways to image. */
const VERDICT_DAYS = 90;
/** Prometheus may ask every few seconds; a model does not change so fast. */
const LOOK_EVERY_MS = 60_000;

/** What is watched on its own: all studies, each configured manufacturer, each configured site, and the others. */
const partsOf = ({ manufacturers, sites }: WatchedOrigins) => [
  ALL,
  ...(manufacturers.length > 0 ? [...manufacturers, OTHER].map((name) => `manufacturer ${name}`) : []),
  ...(sites.length > 0 ? [...sites, OTHER].map((name) => `site ${name}`) : []),
];

/** What is told of the model in the field. */
export function watchMetrics(origins: WatchedOrigins) {
  const part = partsOf(origins);
  const labels = { part };
  return {
    redspot_model_watched_studies: gauge(
      "Latest studies that the watch of the model looks at: all, and on their own those of each manufacturer and site of REDSPOT_WATCH_MANUFACTURERS and REDSPOT_WATCH_SITES",
      labels,
    ),
    redspot_model_not_analysed_ratio: gauge("Part of the latest studies that could not be analysed", labels),
    redspot_model_score_psi: gauge("Population stability index of the scores against the package's evaluation", labels),
    redspot_model_score_psi_limit: gauge("What it passes by chance one time in a thousand", labels),
    redspot_model_score_ks: gauge("Kolmogorov and Smirnov's distance of the scores from the evaluation's", labels),
    redspot_model_score_ks_limit: gauge("What it passes by chance one time in a thousand", labels),
    redspot_model_flagged_ratio: gauge(
      "Part of the studies that is flagged: moving average, by weights of 0.02",
      labels,
    ),
    redspot_model_flagged_low_ratio: gauge("Lower control limit of it, by the evaluation", labels),
    redspot_model_flagged_high_ratio: gauge("Upper control limit of it, by the evaluation", labels),
    redspot_model_verdicts: gauge("Readers' verdicts of 90 days about studies with a probability"),
    redspot_model_fractures: gauge("Fractures among these: promised by the probabilities, and found by readers", {
      by: ["promised", "found"],
    }),
    redspot_model_calibration_z: gauge(
      "Spiegelhalter's z of these verdicts: beyond 3 or -3 the probabilities do not mean what they say",
    ),
  } as const;
}

interface WatchOptions {
  origins: WatchedOrigins;
  expectation: Expectation | undefined;
  log: Pick<WatchLog, "recent">;
  list: Pick<ReadingList, "verdicts">;
  now: () => number;
}

/** Looks at the latest studies and verdicts when the metrics are read, at most once a minute. */
export function watchModel(
  metrics: Metrics<ReturnType<typeof watchMetrics>>,
  { origins, expectation, log, list, now }: WatchOptions,
): void {
  let known: { at: number; notes: WatchNote[]; verdicts: Awaited<ReturnType<ReadingList["verdicts"]>> } | undefined;
  const look = async () => {
    if (known === undefined || now() - known.at > LOOK_EVERY_MS) {
      const since = now() - VERDICT_DAYS * 24 * 3600 * 1000;
      const [notes, verdicts] = await Promise.all([log.recent(), list.verdicts(since)]);
      known = { at: now(), notes, verdicts };
    }
    return known;
  };
  const isOf = (note: WatchNote, part: string) =>
    part === ALL || part === `manufacturer ${note.manufacturer}` || part === `site ${note.site}`;

  metrics.read(Object.keys(watchMetrics(origins)) as (keyof ReturnType<typeof watchMetrics>)[], async (set) => {
    const { notes, verdicts } = await look();
    for (const part of partsOf(origins)) {
      const { studies, notAnalysed, scores } = watchFigures(
        notes.filter((note) => isOf(note, part)),
        expectation,
      );
      set("redspot_model_watched_studies", { part }, studies);
      if (studies > 0) set("redspot_model_not_analysed_ratio", { part }, notAnalysed);
      if (scores === undefined) continue;
      const { psi, ks, flagged } = scores;
      set("redspot_model_score_psi", { part }, psi.value);
      set("redspot_model_score_psi_limit", { part }, psi.limit);
      set("redspot_model_score_ks", { part }, ks.value);
      set("redspot_model_score_ks_limit", { part }, ks.limit);
      set("redspot_model_flagged_ratio", { part }, flagged.value);
      set("redspot_model_flagged_low_ratio", { part }, flagged.low);
      set("redspot_model_flagged_high_ratio", { part }, flagged.high);
    }
    const { verdicts: told, promised, found, z } = calibrationFigures(verdicts);
    set("redspot_model_verdicts", {}, told);
    set("redspot_model_fractures", { by: "promised" }, promised);
    set("redspot_model_fractures", { by: "found" }, found);
    if (z !== undefined) set("redspot_model_calibration_z", {}, z);
  });
}
