/**
 * The standard normal distribution function: the chance of a value up to z. By Taylor's series near zero and Laplace's
 * continued fraction in the tails (Abramowitz & Stegun 26.2.11, 26.2.14), exact to about 1e-15 of its value in the lower tail.
 */
export function normalDistribution(z: number): number {
  if (z < -3) return tail(-z);
  if (z > 3) return 1 - tail(z);
  let [sum, term] = [z, z];
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + sum * density(z);
}

/**
 * The z up to which a value lies with chance p, by Newton's method on the distribution function.
 *
 * @throws {RangeError} where p is not between 0 and 1
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`the normal quantile of ${p}: give a chance between 0 and 1`);
  if (p > 0.5) return -normalQuantile(1 - p);
  // From the right, where the function is convex, no step overshoots.
  let z = 0;
  for (let round = 0; round < 100; round++) {
    const step = (normalDistribution(z) - p) / density(z);
    z -= step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(z))) break;
  }
  return z;
}

/** The p value of a z statistic, both tails. */
export const twoSided = (z: number) => 2 * normalDistribution(-Math.abs(z));

const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** The chance of a value beyond z, for z from about 3 on. */
function tail(z: number): number {
  let fraction = z;
  for (let i = 150; i >= 1; i--) fraction = z + i / fraction;
  return density(z) / fraction;
}
