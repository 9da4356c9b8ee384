import { randomStream, shuffle } from "@redspot/statistics";

/**
 * The cases of any iteration: every case once in a random order, then all again in another. A minibatch may reach from
 * one round into the next. Each round's order is drawn by itself, so that training can go on from any iteration.
 */
export function minibatches(cases: number, size: number, seed: number): (iteration: number) => Uint32Array {
  const batch = new Uint32Array(size);
  let [round, order] = [-1, new Uint32Array()];
  return (iteration) => {
    for (let i = 0; i < size; i++) {
      const place = iteration * size + i;
      if (Math.floor(place / cases) !== round) {
        round = Math.floor(place / cases);
        order = shuffle(
          Uint32Array.from({ length: cases }, (_, row) => row),
          randomStream(seed, "minibatches", round),
        );
      }
      batch[i] = order[place % cases]!;
    }
    return batch;
  };
}
