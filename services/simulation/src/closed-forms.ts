/**
 * Waits that are known exactly: Poisson arrivals at a steady rate, one queue, a study once begun is read to its end.
 * Times in the unit of the mean reading time given.
 */

export interface Queue {
  readonly readers: number;
  /** Utilisation of the readers, below 1. */
  readonly load: number;
  readonly meanReading: number;
  /** Squared coefficient of variation of the reading time; other than 1 for one reader only. */
  readonly squaredVariation: number;
}

/** The chance of having to wait with c readers and exponential reading times (Erlang's C formula). */
export function chanceOfWaiting(readers: number, load: number): number {
  const offered = readers * load;
  let blocked = 1;
  for (let n = 1; n <= readers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked / (1 - load * (1 - blocked));
}

/**
 * What a study that goes before all who wait has to wait for: C(c, a) / (c mu) with exponential reading times, and
 * lambda E[S^2] / 2 with one reader and any (Pollaczek & Khinchine).
 *
 * @throws {RangeError} for several readers whose reading times are not exponential: no closed form is known
 */
export function residualWait({ readers, load, meanReading, squaredVariation }: Queue): number {
  if (readers === 1) return (load * meanReading * (1 + squaredVariation)) / 2;
  if (squaredVariation !== 1) throw new RangeError("several readers need exponential reading times");
  return (chanceOfWaiting(readers, load) * meanReading) / readers;
}

/** First come, first served. */
export const firstComeWait = (queue: Queue) => residualWait(queue) / (1 - queue.load);

/** Flagged studies first, without end (Cobham 1954): waits of a flagged study and of one that is not. */
export function strictWaits(queue: Queue, partFlagged: number): { flagged: number; notFlagged: number } {
  const flagged = residualWait(queue) / (1 - queue.load * partFlagged);
  return { flagged, notFlagged: flagged / (1 - queue.load) };
}

/**
 * By a continuous score, highest first: the wait of a study above which a part `above` of all scores lies, by Cobham's
 * formula with ever more and ever smaller classes.
 */
export const scoreWait = (queue: Queue, above: number) => residualWait(queue) / (1 - queue.load * above) ** 2;

/** Part of the studies that are flagged. */
export const partFlagged = (prevalence: number, sensitivity: number, specificity: number) =>
  prevalence * sensitivity + (1 - prevalence) * (1 - specificity);

/** A one-off backlog: the mean place of a fracture, as a part of what it is first come, first served. */
export const backlogRank = {
  byFlag: (prevalence: number, sensitivity: number, specificity: number) =>
    partFlagged(prevalence, sensitivity, specificity) + 1 - sensitivity,
  byScore: (prevalence: number, auc: number) => prevalence + 2 * (1 - prevalence) * (1 - auc),
  atBest: (prevalence: number) => prevalence,
} as const;
