import { Circuit, CircuitOpen } from "@redspot/dicomweb";
import { JOB_FAILURES } from "@redspot/queue";
import type { Pacs } from "./pacs.ts";
import { asReportFailure, reportFailure } from "./report-failure.ts";

/**
 * The PACS, left in peace while it is away: reports then wait without being tried. What people look up is asked all the
 * same.
 */
export function guardedPacs(pacs: Pacs, circuit: Circuit = pacsCircuit()): Pacs {
  const guarded =
    <A extends unknown[], T>(exchange: (...given: A) => Promise<T>) =>
    (...given: A): Promise<T> =>
      circuit
        .run(() => exchange(...given))
        .catch((error: unknown) => {
          if (error instanceof CircuitOpen) throw reportFailure("PACS_UNREACHABLE", error.message, error);
          throw error;
        });
  return { ...pacs, store: guarded(pacs.store), holds: guarded(pacs.holds) };
}

/** Opens where the PACS is away for all reports alike; a report that it refuses says nothing about the next. */
export function pacsCircuit(): Circuit {
  return new Circuit({ isAway: (error) => "away" in JOB_FAILURES[asReportFailure(error).code] });
}
