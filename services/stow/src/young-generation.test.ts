import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { youngGenerationBytes } from "./young-generation.ts";

const MIB = 1024 * 1024;

/** Makes garbage, of which a part stays for a while. */
async function work(rounds: number): Promise<void> {
  const kept: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < 20_000; at += 1) kept[(round * 100 + at) % 3000] = { at, in: [round, at] };
    await setImmediate();
  }
}

test("the young generation grows to 4 MiB, and stays there however much there is to do", async () => {
  for (let tries = 0; youngGenerationBytes() < 3 * MIB && tries < 100; tries += 1) await work(10);
  assert.ok(youngGenerationBytes() > 3 * MIB, `${youngGenerationBytes()} bytes`);
  await work(300);
  assert.ok(youngGenerationBytes() < 8 * MIB, `${youngGenerationBytes()} bytes`);
});
