import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./check.ts";
import { chanceOfWaiting, firstComeWait, residualWait, strictWaits } from "./closed-forms.ts";
import { ROOMS } from "./known-rooms.ts";

test("the closed forms are those of the textbooks", () => {
  // Erlang C: 2 readers with 1.5 erlangs, 9/14; 5 with 4, 0.5541 (Kleinrock 1975, fig. 2.10).
  assert.ok(Math.abs(chanceOfWaiting(2, 0.75) - 9 / 14) < 1e-12);
  assert.ok(Math.abs(chanceOfWaiting(5, 0.8) - 0.5541) < 1e-4);
  const queue = { readers: 1, load: 0.8, meanReading: 10, squaredVariation: 1 };
  assert.ok(Math.abs(firstComeWait(queue) - 40) < 1e-9);
  const { flagged, notFlagged } = strictWaits(queue, 0.315);
  assert.equal((0.9 * flagged + 0.1 * notFlagged).toFixed(2), "14.97");
  assert.equal((0.12 * flagged + 0.88 * notFlagged).toFixed(2), "48.34");
  assert.equal(notFlagged.toFixed(2), "53.48");
  assert.ok(Math.abs(firstComeWait({ ...queue, squaredVariation: 0 }) - 20) < 1e-9, "half of it with fixed times");
  assert.throws(() => residualWait({ ...queue, readers: 2, squaredVariation: 0 }), RangeError);
});

test("the simulation keeps to the closed forms, the conservation law and the promises", () => {
  // At half load so many studies are enough; `npm run simulate -- --check` takes the time for more.
  const rooms = ROOMS.map((room) => ({ ...room, load: 0.5 }));
  const run = check({ studies: 300_000, replications: 10, seed: 1, rooms });
  let step = run.next();
  while (!step.done) step = run.next();
  const { comparisons, conservationError, promisesBroken } = step.value;
  assert.equal(comparisons.length, 21);
  for (const { what, error } of comparisons) assert.ok(error < 0.02, `${what}: ${(100 * error).toFixed(2)} %`);
  assert.ok(conservationError < 1e-9);
  assert.equal(promisesBroken, 0);
});
