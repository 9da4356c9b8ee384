/**
 * Where a fracture comes to stand in a backlog that is read from its head, beside where it would stand in order of
 * arrival: the mean of its rank over the mean of all ranks. 1 is no gain, 0.25 a quarter of the wait.
 */

interface Flagging {
  /** The share of studies that are flagged. */
  flagged: number;
  sensitivity: number;
}

/**
 * Flagged studies first, each part in order of arrival: q + 1 - Se. A flagged fracture has mean rank q / 2 of the whole,
 * one that the flag misses (1 + q) / 2, and the mean of all ranks is 1 / 2.
 */
export function rankByFlag({ flagged, sensitivity }: Flagging): number {
  return flagged + 1 - sensitivity;
}

interface Discrimination {
  /** The share of studies with a fracture. */
  prevalence: number;
  /** Area under the ROC curve: how often a fracture scores higher than a wrist without one. */
  auc: number;
}

/** By score, highest first: half of the other fractures stand before a fracture, and 1 - AUC of all that have none. */
export function rankByScore({ prevalence, auc }: Discrimination): number {
  return prevalence + 2 * (1 - prevalence) * (1 - auc);
}

/**
 * The same by these very probabilities, highest first, if they are calibrated: each rank weighs as much as a fracture is
 * probable there. Needs neither prevalence nor AUC of elsewhere. Undefined of nothing.
 */
export function rankByProbabilities(probabilities: readonly number[]): number | undefined {
  const sorted = probabilities.toSorted((a, b) => b - a);
  const fractures = sorted.reduce((sum, one) => sum + one, 0);
  if (fractures === 0) return undefined;
  const ranks = sorted.reduce((sum, one, at) => sum + one * (at + 1), 0) / fractures;
  return ranks / ((sorted.length + 1) / 2);
}
