import type { ReadingList, WatchLog, WatchNote } from "@redspot/queue";
import { gauge, type Metrics } from "@redspot/runtime";
import { calibrationFigures, type Expectation, watchFigures } from "./model-watch.ts";
import { type Origin, OTHER, type WatchedOrigins } from "./origin.ts";

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
    redspot_model_verdicts: gauge(
      "Readers' verdicts of 90 days about studies that the package which speaks has given a probability",
      labels,
    ),
    redspot_model_fractures: gauge("Fractures among these: promised by the probabilities, and found by readers", {
      by: ["promised", "found"],
      part,
    }),
    redspot_model_calibration_z: gauge(
      "Spiegelhalter's z of these verdicts: beyond 3 or -3 the probabilities do not mean what they say",
      labels,
    ),
  } as const;
}

/** The package that is watched: the one that speaks. */
interface WatchedModel {
  identity: { packageHash: string; name: string; version: string };
  expectation: Expectation | undefined;
}

interface WatchOptions {
  origins: WatchedOrigins;
  /** Which it is now; none where none speaks here. */
  watched: () => WatchedModel | undefined;
  /** The latest findings of a package, by its hash. */
  logOf: (packageHash: string) => Pick<WatchLog, "recent">;
  list: Pick<ReadingList, "verdicts">;
  now: () => number;
}

/** Looks at the latest studies and verdicts when the metrics are read, at most once a minute. */
export function watchModel(
  metrics: Metrics<ReturnType<typeof watchMetrics>>,
  { origins, watched, logOf, list, now }: WatchOptions,
): void {
  type Seen = { at: number; of: string; notes: WatchNote[]; verdicts: Awaited<ReturnType<ReadingList["verdicts"]>> };
  let known: Seen | undefined;
  const look = async ({ packageHash, name, version }: WatchedModel["identity"]): Promise<Seen> => {
    if (known === undefined || known.of !== packageHash || now() - known.at > LOOK_EVERY_MS) {
      const since = now() - VERDICT_DAYS * 24 * 3600 * 1000;
      const [notes, verdicts] = await Promise.all([logOf(packageHash).recent(), list.verdicts(since)]);
      // What readers said to another package says nothing about this one.
      const own = verdicts.filter(({ model }) => model?.name === name && model.version === version);
      known = { at: now(), of: packageHash, notes, verdicts: own };
    }
    return known;
  };
  const isOf = (from: Origin | undefined, part: string) =>
    part === ALL || part === `manufacturer ${from?.manufacturer ?? OTHER}` || part === `site ${from?.site ?? OTHER}`;

  metrics.read(Object.keys(watchMetrics(origins)) as (keyof ReturnType<typeof watchMetrics>)[], async (set) => {
    const model = watched();
    if (model === undefined) return;
    const { notes, verdicts } = await look(model.identity);
    for (const part of partsOf(origins)) {
      const { studies, notAnalysed, scores } = watchFigures(
        notes.filter((note) => isOf(note, part)),
        model.expectation,
      );
      set("redspot_model_watched_studies", { part }, studies);
      if (studies > 0) set("redspot_model_not_analysed_ratio", { part }, notAnalysed);
      const {
        verdicts: told,
        promised,
        found,
        z,
      } = calibrationFigures(verdicts.filter(({ origin }) => isOf(origin, part)));
      set("redspot_model_verdicts", { part }, told);
      set("redspot_model_fractures", { by: "promised", part }, promised);
      set("redspot_model_fractures", { by: "found", part }, found);
      if (z !== undefined) set("redspot_model_calibration_z", { part }, z);
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
  });
}
