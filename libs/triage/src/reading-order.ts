import type { Outcome } from "./finding.ts";

/** Scheduled Procedure Step Priority (0074,1200): the only attribute of DICOM that means "read sooner" (PS3.3 C.30.1). */
export type Priority = "HIGH" | "MEDIUM" | "LOW";

/** How a study came: pushed as it was made, or fetched from the archive where it had lain unreported. */
export type Lane = "live" | "backlog";

/**
 * The priority that a finding asks for. Of live studies none falls below MEDIUM: the machine can help a study forward,
 * never back. A study of the backlog is LOW whatever it shows, since every live one comes before it.
 */
export function priorityOf(outcome: Outcome | undefined, lane: Lane = "live"): Priority {
  if (lane === "backlog") return "LOW";
  return outcome === "fracture" ? "HIGH" : "MEDIUM";
}

/** How far findings move studies forward. All zero is first come, first served. */
export interface ReadingPolicy {
  /** Head start of a flagged study, in milliseconds. */
  readonly headStartMs: number;
  /** Head start of a study whose finding is inconclusive, in milliseconds; never more than that of a flagged one. */
  readonly inconclusiveHeadStartMs?: number;
  /** Head starts of the studies that a site sent, where they are others, in milliseconds, by the site's name. */
  readonly siteHeadStartMs?: ReadonlyMap<string, number>;
}

/** What a study's place on the reading list depends on. */
export interface StudyToOrder {
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  readonly priority: Priority;
  /** live where left out. */
  readonly lane?: Lane;
  /** The finding's outcome; none before there is one. */
  readonly outcome?: Outcome | undefined;
  /** The finding's calibrated probability; none where nothing was scored. */
  readonly probability?: number | undefined;
  /** The site that sent the study, where it is known. */
  readonly site?: string | undefined;
  /** When somebody pinned it to the top, in milliseconds since 1970. */
  readonly pinnedAt?: number | undefined;
}

/**
 * Below every live study's order, which is a time: pinned studies, the first that was pinned first. Above every one: the
 * backlog. Each leaves times the precision that they need in a double (2 ** 43 ms is the year 2248).
 */
const PINNED = 2 ** 43;

/** One step of probability in the backlog; an arrival in tenths of a second fits below it until the year 2078. */
export const BACKLOG_STEP = 2 ** 35;

/** Steps by which the backlog begins after every live study. */
const BACKLOG_BEGIN = 1_000;

/** Steps from certain to impossible: probabilities are told apart to five decimals. */
const PROBABILITY_STEPS = 100_000;

/** The step of a study of the backlog that has no score: after all that have one. */
export const UNSCORED_STEP = BACKLOG_BEGIN + PROBABILITY_STEPS + 1;

/**
 * Where a study stands on the reading list, smallest first: its arrival, moved forward by its head start. Neither
 * changes as time passes, so nothing has to be scored again; and with one reader a flagged study never waits longer than
 * first come, first served, while another waits at most for the flagged work of one head start.
 *
 * What a person has pinned comes before all else. A swept backlog comes after every live study, by calibrated
 * probability, highest first, the unscored last, and ties by arrival.
 */
export function readingOrder(study: StudyToOrder, policy: ReadingPolicy): number {
  const { arrivedAt, lane = "live", probability, pinnedAt } = study;
  if (pinnedAt !== undefined) return pinnedAt - PINNED;
  if (lane === "backlog") return backlogStepOf(probability) * BACKLOG_STEP + Math.floor(arrivedAt / 100);
  return arrivedAt - headStartOf(study, policy);
}

/** By how many milliseconds a live study goes ahead of its arrival. */
export function headStartOf(
  { priority, outcome, site }: Pick<StudyToOrder, "priority" | "outcome" | "site">,
  { headStartMs, inconclusiveHeadStartMs = 0, siteHeadStartMs }: ReadingPolicy,
): number {
  const flagged = (site === undefined ? undefined : siteHeadStartMs?.get(site)) ?? headStartMs;
  if (priority === "HIGH") return flagged;
  return outcome === "inconclusive" ? Math.min(inconclusiveHeadStartMs, flagged) : 0;
}

/** The step of the backlog on which a study of that calibrated probability stands. */
export function backlogStepOf(probability: number | undefined): number {
  if (probability === undefined) return UNSCORED_STEP;
  return BACKLOG_BEGIN + PROBABILITY_STEPS - Math.round(probability * PROBABILITY_STEPS);
}
