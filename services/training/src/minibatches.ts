import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/**
 * Minibatches without end: every case once in a new order (Fisher and Yates), then all again in another. A minibatch may
 * reach from one round into the next. The yielded array is written anew each time.
 */
export function* minibatches(cases: number, size: number, seed: number): Generator<Uint32Array, never> {
  const random = xoroshiro128plus(seed);
  const order = Uint32Array.from({ length: cases }, (_, i) => i);
  const batch = new Uint32Array(size);
  let next = cases;
  for (;;) {
    for (let i = 0; i < size; i++) {
      if (next === cases) {
        for (let j = cases - 1; j > 0; j--) {
          const k = uniformInt(random, 0, j);
          [order[j], order[k]] = [order[k]!, order[j]!];
        }
        next = 0;
      }
      batch[i] = order[next++]!;
    }
    yield batch;
  }
}
