import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sweep } from "@redspot/queue";
import { Metrics } from "@redspot/runtime";
import { definitions, watchSweep } from "./metrics.ts";

test("how far a sweep is can be read while there is one", async () => {
  const metrics = new Metrics("test", definitions);
  let sweep: Sweep | undefined;
  watchSweep(metrics, { current: async () => sweep });
  const lines = async () => (await metrics.text()).split("\n").filter((line) => line.startsWith("redspot_sweep"));
  assert.deepEqual(await lines(), []);
  sweep = {
    plan: { from: "20260101", to: "20260131", oldestFirst: true, modalities: ["CR"], standings: ["unreported"] },
    begunAt: 0,
    daysDone: 31,
    found: { unreported: 12 },
    queued: 12,
    outcomes: { fracture: 2, "no-fracture": 5, gone: 1 },
    paused: true,
  };
  assert.deepEqual((await lines()).sort(), [
    "redspot_sweep_paused 1",
    'redspot_sweep_studies{state="ended"} 8',
    'redspot_sweep_studies{state="queued"} 12',
  ]);
});
