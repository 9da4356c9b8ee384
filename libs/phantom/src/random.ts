import { createHash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random draws that depends on its seed and name alone. */
export interface Random {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** A whole number, uniform in [low, high]. */
  integer(low: number, high: number): number;
  /** Normal, cut off at three standard deviations so that no draw is beyond anatomy. */
  normal(mean: number, deviation: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** One of the choices, each as likely as its weight. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T;
}

/**
 * The stream of a seed for one purpose. Each purpose (anatomy, pose, fracture, header...) draws from its own stream,
 * so that drawing more or fewer numbers for one leaves all others as they were: a fracture changes nothing but itself.
 */
export function randomFor(seed: number, ...purpose: (string | number)[]): Random {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  const generator = xoroshiro128plus(digest.readInt32LE(0));
  const unit = () => uniformFloat64(generator);
  const uniform = (low: number, high: number) => low + (high - low) * unit();
  return {
    uniform,
    integer: (low, high) => Math.floor(uniform(low, high + 1)),
    normal(mean, deviation) {
      // Box and Muller, 1958.
      const radius = Math.sqrt(-2 * Math.log(1 - unit()));
      const value = radius * Math.cos(2 * Math.PI * unit());
      return mean + deviation * Math.max(-3, Math.min(3, value));
    },
    chance: (probability) => unit() < probability,
    pick: (choices) => choices[Math.floor(unit() * choices.length)]!,
    weighted(choices) {
      let rest = unit() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        rest -= weight;
        if (rest < 0) return choice;
      }
      return choices.at(-1)![1];
    },
  };
}
