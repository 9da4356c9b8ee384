import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics } from "@redspot/runtime";
import { countReconciliation, definitions } from "./metrics.ts";

test("what a reconciliation mended adds up, and how the spool stands is that of the last", async () => {
  const metrics = new Metrics("test", definitions);
  const pass = {
    studies: 4,
    instances: 9,
    bytes: 900,
    instancesNoted: 2,
    findingsRestored: 1,
    listed: 1,
    queued: { triage: 1, report: 2 },
  };
  countReconciliation(metrics, pass, new Date(1_000));
  countReconciliation(metrics, { ...pass, studies: 3, instances: 7, bytes: 700 }, new Date(60_000));
  const text = await metrics.text();
  for (const line of [
    'redspot_reconciliations_total{outcome="done"} 2',
    'redspot_reconciliation_repairs_total{what="instance"} 4',
    'redspot_reconciliation_repairs_total{what="finding"} 2',
    'redspot_reconciliation_repairs_total{what="study"} 2',
    'redspot_reconciliation_repairs_total{what="job"} 6',
    "redspot_spool_studies 3",
    "redspot_spool_instances 7",
    "redspot_spool_held_bytes 700",
    "redspot_reconciled_timestamp_seconds 60",
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});
