import { z } from "zod";

/** The learning rate over the iterations, and how many cases each of them takes. */
export const scheduleSchema = z.strictObject({
  initialLearningRate: z.number().positive(),
  /** The learning rate is multiplied by `decay` every `decayEvery` iterations. */
  decay: z.number().positive().max(1),
  decayEvery: z.int().positive(),
  iterations: z.int().positive(),
  /** Cases an iteration. */
  minibatch: z.int().positive(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

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
