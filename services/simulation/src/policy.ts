import { priorityOf, type ReadingPolicy, readingOrder } from "@redspot/triage";
import { MINUTE, type Study } from "./study.ts";

/** An order in which studies can be read. */
export type Policy =
  | { readonly order: "first-come" }
  /** Flagged studies first, always. */
  | { readonly order: "strict" }
  | { readonly order: "head-start"; readonly minutes: number }
  /** By probability, highest first, as a swept backlog is ordered. */
  | { readonly order: "by-score" }
  /** Flagged studies first, but whatever has waited longer than that goes before everything. Not built, and here is why. */
  | { readonly order: "overdue-to-top"; readonly minutes: number };

/** A head start that no study's wait comes near: flagged studies always go first. */
const EVER = 1_000_000 * 24 * 60 * MINUTE;

export function nameOf(policy: Policy): string {
  switch (policy.order) {
    case "first-come":
      return "first come, first served";
    case "strict":
      return "flagged first, strictly";
    case "head-start":
      return `head start of ${policy.minutes} min`;
    case "by-score":
      return "by probability";
    case "overdue-to-top":
      return `flagged first, overdue after ${policy.minutes} min to the top`;
  }
}

/** The order as a key, smallest first, by the function that orders the reading list in service. */
export function orderingOf(policy: Policy): (study: Study, found: boolean) => number {
  if (policy.order === "by-score") {
    return ({ arrivedAt, probability, outcome }, found) =>
      readingOrder(
        {
          arrivedAt,
          lane: "backlog",
          priority: priorityOf(outcome, "backlog"),
          probability: found ? probability : undefined,
        },
        { headStartMs: 0 },
      );
  }
  const serving: ReadingPolicy = { headStartMs: headStartOf(policy) };
  return ({ arrivedAt, outcome }, found) => {
    const known = found ? outcome : undefined;
    return readingOrder({ arrivedAt, outcome: known, priority: priorityOf(known) }, serving);
  };
}

function headStartOf(policy: Policy): number {
  if (policy.order === "head-start") return policy.minutes * MINUTE;
  return policy.order === "first-come" ? 0 : EVER;
}
