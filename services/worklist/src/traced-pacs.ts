import type { Tracing } from "@redspot/runtime";
import type { Pacs } from "./pacs.ts";

/** The PACS, with what reports ask of it as parts of their trace. */
export function tracedPacs(pacs: Pacs, tracing: Pick<Tracing, "part">): Pacs {
  return {
    ...pacs,
    store: (...given) => tracing.part("pacs.store", () => pacs.store(...given), "call"),
    holds: (...given) => tracing.part("pacs.holds", () => pacs.holds(...given), "call"),
  };
}
