/** How well logits fit the labels. */
export interface Fit {
  /** The part of cases that the sign of the logit tells right. */
  readonly accuracy: number;
  /** The mean cross-entropy, in nats. */
  readonly crossEntropy: number;
}

/** A point of the training curves (figure 3 of Kim & MacKinnon): before this iteration, on its minibatch and on the validation part. */
export interface TrainingPoint {
  readonly iteration: number;
  readonly training: Fit;
  readonly validation: Fit | null;
}

export function fitOf(logits: ArrayLike<number>, labels: Uint8Array): Fit {
  let [right, loss] = [0, 0];
  for (const [i, label] of labels.entries()) {
    // The logit of what is true; log(1 + exp(-z)), kept from overflow.
    const z = label === 1 ? logits[i]! : -logits[i]!;
    if (label === 1 ? z >= 0 : z > 0) right++;
    loss += Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  }
  return { accuracy: right / labels.length, crossEntropy: loss / labels.length };
}
