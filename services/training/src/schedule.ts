/** How the head is trained. */
export interface Schedule {
  readonly initialLearningRate: number;
  /** The learning rate is multiplied by `decay` every `decayEvery` iterations. */
  readonly decay: number;
  readonly decayEvery: number;
  readonly iterations: number;
  /** Cases an iteration. */
  readonly minibatch: number;
}

/**
 * The schedule of Kim & MacKinnon 2017. The paper does not say how many cases it took an iteration; 100 is our choice.
 */
export const PAPER_SCHEDULE: Schedule = {
  initialLearningRate: 0.02,
  decay: 0.67,
  decayEvery: 1800,
  iterations: 20_000,
  minibatch: 100,
};

/** The learning rate of an iteration, counted from 0. */
export function learningRateAt({ initialLearningRate, decay, decayEvery }: Schedule, iteration: number): number {
  return initialLearningRate * decay ** Math.floor(iteration / decayEvery);
}
