import { JOB_FAILURES } from "@redspot/queue";
import { counter, gauge, histogram, type Metrics, serviceMetrics, WAIT_SECONDS } from "@redspot/runtime";

const outcome = ["fracture", "no-fracture", "inconclusive", "not-analysed"];
const operation = ["store", "holds", "find-study"];

/** What the worklist service counts. */
export const definitions = {
  ...serviceMetrics(Object.keys(JOB_FAILURES)),
  redspot_finding_latency_seconds: histogram(
    "From the arrival of a study's first instance until its first finding gives it its place on the reading list; with the outcome fracture it is how late the flag comes",
    WAIT_SECONDS,
    { outcome },
  ),
  redspot_reports_total: counter("Reports, by what became of them", {
    outcome: ["stored", "already stored", "superseded"],
  }),
  redspot_stage_duration_seconds: histogram(
    "How long a stage of a study's life takes. report: a try to write and send a report; pacs: an exchange with the PACS",
    WAIT_SECONDS,
    { stage: ["report", "pacs"] },
  ),
  redspot_pacs_requests_total: counter("Exchanges with the PACS", { operation, outcome: ["answered", "failed"] }),
  redspot_pacs_up: gauge("Whether the PACS answered when it was last asked"),
  redspot_reading_list_studies: gauge("Studies on the reading list"),
} as const;

export type WorklistMetrics = Metrics<typeof definitions>;
