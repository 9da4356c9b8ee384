import { JOB_FAILURES, QUEUE_NAMES } from "@redspot/queue";
import type { Reconciliation } from "@redspot/recovery";
import { counter, gauge, histogram, type Metrics, serviceMetrics, WAIT_SECONDS } from "@redspot/runtime";
import { INSTANCE_FAILURES, REQUEST_FAILURES } from "./failures.ts";
import type { StoreResult } from "./store-transaction.ts";

const STATUSES = "200 202 400 401 403 404 405 406 408 409 413 415 429 431 500 503".split(" ");

/** What the Store service counts. */
export const definitions = {
  ...serviceMetrics(QUEUE_NAMES, Object.keys(JOB_FAILURES)),
  redspot_store_requests_total: counter("Requests to store, by the HTTP status that they were answered with", {
    status: STATUSES,
  }),
  redspot_store_instances_total: counter("Instances of Store transactions, by what became of them", {
    outcome: ["stored", "duplicate", "failed"],
  }),
  redspot_store_failures_total: counter("Instances that could not be stored, by the code of docs/errors.md", {
    code: Object.keys(INSTANCE_FAILURES),
  }),
  redspot_store_refusals_total: counter(
    "Store transactions that were refused as a whole, by the code of docs/errors.md",
    {
      code: Object.keys(REQUEST_FAILURES),
    },
  ),
  redspot_store_door_open: gauge(
    "1 while uploads are taken; 0 while they are answered 503 (BEHIND), because analysis or PACS are behind with what was taken",
  ),
  redspot_store_received_bytes_total: counter("Bytes of the instances that were stored and not there before"),
  redspot_store_uploads: gauge("Uploads that are under way"),
  redspot_stage_duration_seconds: histogram(
    "How long a stage of a study's life takes. receive: a Store transaction, with the time that its sender takes; settle: from the first instance of a revision until it is closed",
    WAIT_SECONDS,
    { stage: ["receive", "settle"] },
  ),
  redspot_spool_room_bytes: gauge("Bytes that can still come in before uploads are answered 503"),
  redspot_spool_studies: gauge("Studies whose images the spool held when this process last reconciled"),
  redspot_spool_instances: gauge("Instances that the spool held when this process last reconciled"),
  redspot_spool_held_bytes: gauge(
    "Bytes of the instances that the spool held when this process last reconciled; their age is that of redspot_reconciled_timestamp_seconds",
  ),
  redspot_reconciliations_total: counter(
    "Passes in which spool, Redis and queues were made to agree, by how they ended; one process at a time does it",
    { outcome: ["done", "failed"] },
  ),
  redspot_reconciliation_repairs_total: counter(
    "What was mended by these passes. instance: noted again in Redis; finding: restored; study: put on the list; job: queued",
    { what: ["instance", "finding", "study", "job"] },
  ),
  redspot_reconciled_timestamp_seconds: gauge("When this process last reconciled, in seconds since 1970; take max"),
  redspot_reconcile_interval_seconds: gauge("How much lies between two such passes, as it is configured"),
} as const;

export type StowMetrics = Metrics<typeof definitions>;

/** Counts what came of a Store transaction. */
export function countTransaction(
  metrics: StowMetrics,
  { stored, failed, duplicates, newBytes }: StoreResult,
  ms: number,
): void {
  metrics.observe("redspot_stage_duration_seconds", { stage: "receive" }, ms / 1000);
  metrics.add("redspot_store_instances_total", { outcome: "stored" }, stored.length - duplicates);
  metrics.add("redspot_store_instances_total", { outcome: "duplicate" }, duplicates);
  metrics.add("redspot_store_instances_total", { outcome: "failed" }, failed.length);
  for (const { code } of failed) metrics.add("redspot_store_failures_total", { code });
  metrics.add("redspot_store_received_bytes_total", {}, newBytes);
}

/** Notes a pass that made spool, Redis and queues agree. */
export function countReconciliation(
  metrics: StowMetrics,
  done: Pick<
    Reconciliation,
    "studies" | "instances" | "bytes" | "instancesNoted" | "findingsRestored" | "listed" | "queued"
  >,
  now: Date,
): void {
  const jobs = Object.values(done.queued).reduce((sum, queued) => sum + queued, 0);
  metrics.add("redspot_reconciliations_total", { outcome: "done" });
  metrics.add("redspot_reconciliation_repairs_total", { what: "instance" }, done.instancesNoted);
  metrics.add("redspot_reconciliation_repairs_total", { what: "finding" }, done.findingsRestored);
  metrics.add("redspot_reconciliation_repairs_total", { what: "study" }, done.listed);
  metrics.add("redspot_reconciliation_repairs_total", { what: "job" }, jobs);
  metrics.set("redspot_spool_studies", {}, done.studies);
  metrics.set("redspot_spool_instances", {}, done.instances);
  metrics.set("redspot_spool_held_bytes", {}, done.bytes);
  metrics.set("redspot_reconciled_timestamp_seconds", {}, now.getTime() / 1000);
}
