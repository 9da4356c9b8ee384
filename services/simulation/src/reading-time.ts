import { randomExponential, randomLogNormal } from "d3-random";
import { MINUTE } from "./study.ts";

/** How long a study takes to read. */
export interface ReadingTime {
  readonly distribution: "exponential" | "lognormal" | "fixed";
  readonly meanMinutes: number;
  /** Standard deviation over mean, of the lognormal. */
  readonly variation: number;
}

/** A source of reading times in milliseconds. */
export function readingTimes(
  { distribution, meanMinutes, variation }: ReadingTime,
  uniform: () => number,
): () => number {
  const mean = meanMinutes * MINUTE;
  switch (distribution) {
    case "exponential": {
      const draw = randomExponential.source(uniform)(1);
      return () => mean * draw();
    }
    case "lognormal": {
      const sigma = Math.sqrt(Math.log(1 + variation ** 2));
      return randomLogNormal.source(uniform)(Math.log(mean) - sigma ** 2 / 2, sigma);
    }
    case "fixed":
      return () => mean;
  }
}

/** The square of standard deviation over mean. */
export function squaredVariation({ distribution, variation }: ReadingTime): number {
  return distribution === "exponential" ? 1 : distribution === "fixed" ? 0 : variation ** 2;
}
