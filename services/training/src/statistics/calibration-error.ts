import type { Estimate } from "@redspot/model";
import { wilson } from "@redspot/statistics";

/** Cases of like probability: what was promised and what came. */
export interface ReliabilityBin {
  readonly n: number;
  readonly meanProbability: number;
  /** The part of them that has a fracture, with Wilson's interval. */
  readonly fractures: Estimate;
}

/**
 * Bins for a reliability diagram: of equal mass (each with as many cases as the others, give or take those of one
 * probability, which stay together) or of equal width (an edge belonging to the lower one). Empty bins are left out.
 */
export function reliabilityBins(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  { bins = 10, by = "mass" }: { bins?: number; by?: "mass" | "width" } = {},
): ReliabilityBin[] {
  const order = Uint32Array.from(labels.keys()).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const groups: number[][] = Array.from({ length: bins }, () => []);
  let [last, before] = [0, Number.NaN];
  for (const [place, row] of order.entries()) {
    const probability = probabilities[row]!;
    const bin =
      by === "width" ? Math.max(0, Math.ceil(probability * bins) - 1) : Math.floor((place * bins) / order.length);
    if (probability !== before) last = Math.min(bins - 1, bin);
    groups[last]!.push(row);
    before = probability;
  }
  return groups
    .filter((rows) => rows.length > 0)
    .map((rows) => ({
      n: rows.length,
      meanProbability: rows.reduce((sum, row) => sum + probabilities[row]!, 0) / rows.length,
      fractures: wilson(rows.filter((row) => labels[row] === 1).length, rows.length),
    }));
}

/**
 * Expected calibration error (Naeini, Cooper & Hauskrecht 2015): how far the bins' mean probabilities are from what came,
 * weighted by their cases. Ten bins of equal mass, which do not leave most cases in one bin as bins of equal width do.
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: Uint8Array,
  options: { bins?: number; by?: "mass" | "width" } = {},
): number {
  const bins = reliabilityBins(probabilities, labels, options);
  const off = (bin: ReliabilityBin) => bin.n * Math.abs(bin.meanProbability - bin.fractures.value);
  return bins.reduce((sum, bin) => sum + off(bin), 0) / labels.length;
}
