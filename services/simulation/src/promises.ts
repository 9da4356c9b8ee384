import type { Study } from "./study.ts";

/** Sums of times that are added in another order differ by as much. */
const TOLERANCE_MS = 1;

/** Studies for which the head start did not keep what it promises with one reader, and what may never happen. */
export interface BrokenPromises {
  /** Flagged studies that were opened later than first come, first served, beyond what findings that overtook theirs explain. */
  readonly flaggedLater: number;
  /** Unflagged studies that waited longer than first come, first served and the flagged work of one head start together. */
  readonly beyondBound: number;
}

/**
 * Holds a room with one reader to what the head start promises, study by study:
 *
 * - A flagged study is never opened later than first come, first served. Where findings come in another order than
 *   studies, it may in addition have to let pass, while its own finding is still due, the flagged work that came after
 *   it and was found before it.
 * - Any other study waits at most as long as first come, first served, and then for the flagged work that arrives
 *   within one head start after it.
 */
export function brokenPromises(
  studies: readonly Study[],
  openedAt: Float64Array,
  firstCome: Float64Array,
  headStartMs: number,
): BrokenPromises {
  let [flaggedLater, beyondBound] = [0, 0];
  for (const [i, study] of studies.entries()) {
    const later = openedAt[i]! - firstCome[i]!;
    if (later <= TOLERANCE_MS) continue;
    const isFlagged = study.outcome === "fracture";
    const passes = isFlagged ? study.foundAt : study.arrivedAt + headStartMs;
    let allowed = TOLERANCE_MS;
    for (let j = i + 1; j < studies.length && studies[j]!.arrivedAt < passes; j++) {
      const other = studies[j]!;
      if (other.outcome === "fracture" && !(isFlagged && other.foundAt > study.foundAt)) allowed += other.readingTime;
    }
    if (later <= allowed) continue;
    if (isFlagged) flaggedLater++;
    else beyondBound++;
  }
  return { flaggedLater, beyondBound };
}

/**
 * The sum of reading time times wait: with one reader who is never idle while somebody waits it is the same in every
 * order, since it depends only on how much work lies there at each moment (Kleinrock's conservation law, path by path).
 */
export function workWaited(studies: readonly Study[], openedAt: Float64Array): number {
  return studies.reduce((sum, study, i) => sum + study.readingTime * (openedAt[i]! - study.arrivedAt), 0);
}
