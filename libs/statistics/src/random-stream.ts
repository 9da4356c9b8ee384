import { createHash } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * A stream of random numbers of its own for each purpose: known by the seed, what it is for and the how-manieth of its
 * kind. So the order of one epoch, say, can be drawn without those before it, and no two streams run into each other.
 */
export function randomStream(seed: number, purpose: string, index = 0): RandomGenerator {
  const digest = createHash("sha256").update(`${seed}/${purpose}/${index}`).digest();
  return xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
}

/** Puts values in a random order, in place (Fisher & Yates). */
export function shuffle<T extends unknown[] | Uint32Array>(values: T, random: RandomGenerator): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}
