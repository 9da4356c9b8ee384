/** Probability = 1 / (1 + exp(-(slope * logit + intercept))). */
export interface PlattScaling {
  readonly method: "platt";
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Platt's targets (1999) in place of 0 and 1: 1 / (n0 + 2) for n0 negatives and (n1 + 1) / (n1 + 2) for n1 positives, the
 * chances that a next case of either class would be labelled so, given the uniform prior.
 */
export function plattTargets(labels: Uint8Array): { negative: number; positive: number } {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return { negative: 1 / (labels.length - positives + 2), positive: (positives + 1) / (positives + 2) };
}

/**
 * Platt scaling (Platt 1999): maximum likelihood with his targets, by Newton's method with halved steps (Lin, Lin & Weng
 * 2007). The slope is negative where the logits stand the wrong way round.
 */
export function fitPlatt(logits: ArrayLike<number>, labels: Uint8Array): PlattScaling {
  const { negative, positive } = plattTargets(labels);
  const targets = Float64Array.from(labels, (label) => (label === 1 ? positive : negative));
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const negatives = labels.length - positives;
  let fit: PlattScaling = { method: "platt", slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  let loss = crossEntropy(fit, logits, targets);
  for (let round = 0; round < 100; round++) {
    const step = newtonStep(fit, logits, targets);
    if (Math.abs(step.slope) < 1e-12 && Math.abs(step.intercept) < 1e-12) return fit;
    let size = 1;
    for (; size > 1e-10; size /= 2) {
      const next = { ...fit, slope: fit.slope + size * step.slope, intercept: fit.intercept + size * step.intercept };
      const nextLoss = crossEntropy(next, logits, targets);
      if (nextLoss < loss) {
        fit = next;
        loss = nextLoss;
        break;
      }
    }
    if (size <= 1e-10) return fit;
  }
  return fit;
}

type Line = Omit<PlattScaling, "method">;

function crossEntropy({ slope, intercept }: Line, logits: ArrayLike<number>, targets: Float64Array): number {
  return targets.reduce((sum, target, i) => {
    const z = slope * logits[i]! + intercept;
    // log(1 + exp(-z)), kept from overflow, plus what a target below 1 adds.
    return sum + Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z))) + (1 - target) * z;
  }, 0);
}

function newtonStep({ slope, intercept }: Line, logits: ArrayLike<number>, targets: Float64Array): Line {
  let [g1, g0, h11, h10, h00] = [0, 0, 1e-12, 0, 1e-12];
  for (const [i, target] of targets.entries()) {
    const x = logits[i]!;
    const p = 1 / (1 + Math.exp(-(slope * x + intercept)));
    const weight = p * (1 - p);
    g1 += (p - target) * x;
    g0 += p - target;
    h11 += weight * x * x;
    h10 += weight * x;
    h00 += weight;
  }
  const determinant = h11 * h00 - h10 * h10;
  return {
    slope: -(h00 * g1 - h10 * g0) / determinant,
    intercept: -(h11 * g0 - h10 * g1) / determinant,
  };
}
