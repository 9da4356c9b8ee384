import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "./audit-destination.ts";
import { Gathering } from "./gathering.ts";

const record = (id: string): AuditRecord => ({ id, at: new Date(0), event: "Query", host: "h", pid: 1, xml: "" });

test("what is sent while a batch is under way goes with the next one, and fails with its own batch only", async () => {
  const batches: string[][] = [];
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const gathering = new Gathering({
    deliver(records) {
      batches.push(records.map(({ id }) => id));
      return answers[batches.length - 1]!.promise;
    },
  });
  const first = ["a", "b"].map((id) => gathering.send(record(id)));
  await Promise.resolve();
  const next = ["c", "d", "e"].map((id) => gathering.send(record(id)));
  answers[0]!.reject(new Error("away"));
  answers[1]!.resolve();
  const outcomes = await Promise.allSettled([...first, ...next]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected", "fulfilled", "fulfilled", "fulfilled"],
  );
  assert.deepEqual(batches, [
    ["a", "b"],
    ["c", "d", "e"],
  ]);
});

test("no batch is larger than a connection should carry", async () => {
  const sizes: number[] = [];
  const gathering = new Gathering({ deliver: async (records) => void sizes.push(records.length) });
  await Promise.all(Array.from({ length: 1_100 }, (_, index) => gathering.send(record(String(index)))));
  assert.deepEqual(sizes, [500, 500, 100]);
});
