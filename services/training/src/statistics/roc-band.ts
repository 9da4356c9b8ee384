import { quantile, randomStream, rowsOf } from "@redspot/statistics";
import { resample } from "./bootstrap.ts";
import { rocCurve, sensitivityAt } from "./roc.ts";

export interface RocBand {
  /** The band at each specificity, from 1 down to 0: the curve's sensitivity and its limits. */
  readonly points: readonly {
    readonly specificity: number;
    readonly sensitivity: number;
    readonly low: number;
    readonly high: number;
  }[];
  readonly method: string;
}

/**
 * The 95 % confidence band of a ROC curve by vertical averaging (Fawcett 2006): at each specificity the quantiles of the
 * sensitivity over stratified bootstrap resamples. It holds point by point, not for the whole curve at once.
 */
export function rocBand(
  scores: ArrayLike<number>,
  labels: Uint8Array,
  { seed, replicates = 2000, steps = 100 }: { seed: number; replicates?: number; steps?: number },
): RocBand {
  const curve = rocCurve(scores, labels);
  const strata = [rowsOf(labels, 0), rowsOf(labels, 1)];
  const random = randomStream(seed, "roc band");
  const specificities = Array.from({ length: steps + 1 }, (_, i) => 1 - i / steps);
  const drawn = specificities.map(() => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate++) {
    const rows = resample(strata, random);
    const again = rocCurve(
      Float64Array.from(rows, (row) => scores[row]!),
      Uint8Array.from(rows, (row) => labels[row]!),
    );
    for (const [i, specificity] of specificities.entries()) drawn[i]![replicate] = sensitivityAt(specificity, again);
  }
  const points = specificities.map((specificity, i) => {
    const sorted = drawn[i]!.sort();
    const sensitivity = sensitivityAt(specificity, curve);
    return { specificity, sensitivity, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  });
  return { points, method: `stratified bootstrap, ${replicates} resamples, 95 % at each specificity by itself` };
}
