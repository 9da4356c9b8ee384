import type { ShadowNote, ShadowScores } from "@redspot/queue";
import type { InferenceMetrics } from "./metrics.ts";

/** How many of the latest studies are looked at. */
const WINDOW = 200;

interface Pair {
  /** Hashes of the package that speaks and of the one that scores beside it. */
  speaks: string;
  shadow: string;
}

interface ShadowWatch {
  /** Whether a shadow is loaded; undefined where none is configured. */
  isUp: boolean | undefined;
  /** Who scores now; undefined where there is nothing to compare. */
  pair: () => Pair | undefined;
  scores: Pick<ShadowScores, "of">;
}

/** Tells of the shadow whenever the metrics are read: whether it is there, and how far it agrees with what is said. */
export function watchShadow(metrics: InferenceMetrics, { isUp, pair, scores }: ShadowWatch): void {
  if (isUp !== undefined) metrics.set("redspot_shadow_up", {}, isUp ? 1 : 0);
  metrics.read(["redspot_shadow_agreement_ratio", "redspot_shadow_flagged_ratio"], async (set) => {
    const who = pair();
    if (who === undefined) return;
    const notes = await Array.fromAsync(scores.of([who.speaks, who.shadow], WINDOW));
    if (notes.length === 0) return;
    const shareOf = (is: (note: ShadowNote) => boolean) => notes.filter(is).length / notes.length;
    const outcomeBy = ({ scores }: ShadowNote, packageHash: string) => scores[packageHash]?.outcome;
    set(
      "redspot_shadow_agreement_ratio",
      {},
      shareOf((note) => outcomeBy(note, who.speaks) === outcomeBy(note, who.shadow)),
    );
    for (const name of ["speaks", "shadow"] as const) {
      const flagged = shareOf((note) => outcomeBy(note, who[name]) === "fracture");
      set("redspot_shadow_flagged_ratio", { package: name }, flagged);
    }
  });
}
