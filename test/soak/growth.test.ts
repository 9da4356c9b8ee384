import assert from "node:assert/strict";
import { test } from "node:test";
import { growthOf } from "./growth.ts";
import type { ProcessSample } from "./process-watch.ts";

/** Half an hour, a sample every ten seconds. */
const samples = (of: (second: number, index: number) => Partial<ProcessSample>): ProcessSample[] =>
  Array.from({ length: 180 }, (_, index) => ({
    second: 10 * index,
    residentMb: 200,
    openFiles: 40,
    sockets: 20,
    ...of(10 * index, index),
  }));

test("a saw of a collector is flat, however high its teeth", () => {
  const growth = growthOf(
    samples((_, index) => ({ residentMb: 150 + 10 * (index % 12) + (index % 50 === 0 ? 300 : 0) })),
  );
  assert.ok(growth.isFlat);
  assert.ok(Math.abs(growth.residentGrowthMb) < 5, String(growth.residentGrowthMb));
});

test("what a process gains while it warms up does not count", () => {
  assert.ok(growthOf(samples((second) => ({ residentMb: Math.min(300, 100 + second) }))).isFlat);
});

test("a slow leak of memory is found", () => {
  const growth = growthOf(samples((second, index) => ({ residentMb: 150 + 10 * (index % 12) + second / 30 })));
  assert.ok(!growth.isFlat);
  assert.ok(Math.abs(growth.residentGrowthMb - 45) < 8, String(growth.residentGrowthMb));
});

test("a leak of files or sockets is found", () => {
  assert.ok(!growthOf(samples((second) => ({ openFiles: 40 + Math.floor(second / 60) }))).isFlat);
  assert.ok(!growthOf(samples((second) => ({ sockets: 20 + Math.floor(second / 60) }))).isFlat);
  assert.ok(growthOf(samples((_, index) => ({ sockets: 20 + (index % 8) }))).isFlat);
});
