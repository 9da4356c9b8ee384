import type { Priority } from "./reading-order.ts";

/** A study that was opened, or still waits, as the reading list knows it. Times in milliseconds since 1970. */
export interface ListedStudy {
  readonly arrivedAt: number;
  /** When somebody first opened it; none while it waits. */
  readonly openedAt?: number;
  /** Its priority when it was opened; of one that waits, its priority now. */
  readonly priority: Priority;
  /** Whether a person had moved it up: what people decide is not the machine's doing. */
  readonly pinned: boolean;
  readonly lane: "live" | "backlog";
}

/** What the order did for one class of studies. Minutes won are first come's wait less the actual one: below zero, lost. */
export interface ClassEffect {
  readonly studies: number;
  /** Null where there are no studies. */
  readonly minutesWonMean: number | null;
  readonly minutesWonTotal: number;
  readonly minutesWonMax: number;
  readonly minutesLostMax: number;
}

/** The live counterfactual, as `GET /reading-list/effect` answers it (there with times in ISO 8601). */
export interface OrderEffect {
  /** Studies that were opened, or were passed over by others that were, since the beginning. */
  readonly studies: number;
  readonly byClass: { readonly flagged: ClassEffect; readonly notFlagged: ClassEffect };
  /** Opened too, but not compared: a person had moved them up, or they came with a swept backlog. */
  readonly leftOut: { readonly pinned: number; readonly backlog: number };
}

const MINUTE = 60_000;

/**
 * What the reading order did against first come, first served: the same moments of opening, given to the studies in
 * order of arrival. The k-th opening goes to the k-th study to arrive, which always had arrived by then, because k
 * studies had in fact been opened.
 *
 * A study that still waits though first come, first served would have opened it has lost, so far, the time since then;
 * one that was opened though its turn would not have come yet has won, so far, the time since it was opened. Counted
 * so, all minutes won are minutes lost by somebody else: their sum is zero at any moment. The reader's own choices are
 * in it: that somebody opened a study out of turn is part of what happened.
 *
 * @param studies those opened since the beginning of the time looked at, and those that wait
 * @param now milliseconds since 1970
 */
export function orderEffect(studies: readonly ListedStudy[], now: number): OrderEffect {
  const compared = studies.filter(({ lane, pinned }) => lane === "live" && !pinned);
  const openings = compared.flatMap(({ openedAt }) => openedAt ?? []).sort((a, b) => a - b);
  const touched = compared
    .toSorted((a, b) => a.arrivedAt - b.arrivedAt)
    .flatMap(({ openedAt, priority }, turn) => {
      const openedInTurn = openings[turn];
      if (openedAt === undefined && openedInTurn === undefined) return [];
      return { flagged: priority === "HIGH", minutesWon: ((openedInTurn ?? now) - (openedAt ?? now)) / MINUTE };
    });
  const opened = studies.filter(({ openedAt }) => openedAt !== undefined);
  return {
    studies: touched.length,
    byClass: {
      flagged: effectOn(touched.filter(({ flagged }) => flagged)),
      notFlagged: effectOn(touched.filter(({ flagged }) => !flagged)),
    },
    leftOut: {
      pinned: opened.filter(({ lane, pinned }) => lane === "live" && pinned).length,
      backlog: opened.filter(({ lane }) => lane === "backlog").length,
    },
  };
}

function effectOn(studies: readonly { minutesWon: number }[]): ClassEffect {
  const total = studies.reduce((sum, { minutesWon }) => sum + minutesWon, 0);
  return {
    studies: studies.length,
    minutesWonMean: studies.length === 0 ? null : total / studies.length,
    minutesWonTotal: total,
    minutesWonMax: studies.reduce((most, { minutesWon }) => Math.max(most, minutesWon), 0),
    minutesLostMax: studies.reduce((most, { minutesWon }) => Math.max(most, -minutesWon), 0),
  };
}
