interface CutOff {
  /** Calibrated probability from which a study counts as showing a fracture. */
  cutOff: number;
  /** From `low` and below `high`: too close to the cut-off to say. Empty where both are equal. */
  inconclusiveBand: { low: number; high: number };
}

/** What a calibrated probability means at the package's cut-off and inconclusive band. */
export function outcomeAt(
  probability: number,
  { cutOff, inconclusiveBand: { low, high } }: CutOff,
): "fracture" | "no-fracture" | "inconclusive" {
  if (probability >= low && probability < high) return "inconclusive";
  return probability >= cutOff ? "fracture" : "no-fracture";
}
