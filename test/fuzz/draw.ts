import fc, { type Arbitrary } from "fast-check";
import { perhapsDamaged } from "./damage.ts";
import type { ReachedCode } from "./reached-code.ts";

export type NamedInput = readonly [name: string, input: Uint8Array];

/** So many at a time, each time from a seed of its own: case 12,345 can be had without those before. */
const DRAWN_AT_ONCE = 100;

/** The corpus, then cases by grammar: case n of a seed is the same everywhere and always. */
export function* drawByGrammar(
  inputs: Arbitrary<Uint8Array>,
  corpus: readonly Uint8Array[],
  seed: number,
  from = 0,
): Generator<NamedInput> {
  for (const [at, input] of corpus.entries()) yield [`corpus-${at + 1}`, input];
  for (let batch = Math.floor(from / DRAWN_AT_ONCE); ; batch += 1) {
    const drawn = fc.sample(inputs, { seed: (seed + batch) | 0, numRuns: DRAWN_AT_ONCE });
    for (const [at, input] of drawn.entries()) {
      const number = batch * DRAWN_AT_ONCE + at;
      if (number >= from) yield [`seed-${seed}-case-${number}`, input];
    }
  }
}

/** The more are kept, the less often each is damaged again. */
const MOST_KEPT = 5000;
const DAMAGED_AT_ONCE = 10;

/**
 * Cases by grammar, and between them damage to those that have reached code which none before had reached. What comes
 * depends on all that came before, and on V8: a case is repeated from its bytes, not from its number.
 */
export function* drawByCoverage(
  inputs: Arbitrary<Uint8Array>,
  corpus: readonly Uint8Array[],
  seed: number,
  reached: ReachedCode,
): Generator<NamedInput> {
  const kept: Uint8Array[] = [];
  const keepIfNew = (input: Uint8Array) => {
    if (reached.isNew() && kept.length < MOST_KEPT) kept.push(input);
  };
  let turn = 0;
  for (const [name, input] of drawByGrammar(inputs, corpus, seed)) {
    yield [name, input];
    keepIfNew(input);
    if (kept.length === 0) continue;
    turn += 1;
    // The latest half of the time: from there, new ground is near.
    const from = turn % 2 === 0 ? kept.at(-1 - (turn % Math.min(10, kept.length)))! : kept[turn % kept.length]!;
    const damaged = fc.sample(perhapsDamaged(fc.constant(from)), { seed: (seed + turn) | 0, numRuns: DAMAGED_AT_ONCE });
    for (const [at, input] of damaged.entries()) {
      yield [`seed-${seed}-turn-${turn}-${at}`, input];
      keepIfNew(input);
    }
  }
}
