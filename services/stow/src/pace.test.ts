import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace.ts";

/** A pace of 100 bytes a second over ten seconds, and the hands of its clock. */
function paced() {
  const clock = { now: 0 };
  const pace = new Pace({ minBytesPerSecond: 100, windowMs: 10_000 }, () => clock.now);
  return {
    pace,
    /** Waits for bytes for so many milliseconds. */
    come(bytes: number, afterMs: number) {
      pace.wait();
      clock.now += afterMs;
      pace.take(bytes);
    },
    /** Works on what has come. */
    work(ms: number) {
      clock.now += ms;
    },
  };
}

test("a sender who is as fast as must be goes on for ever", () => {
  const { come } = paced();
  for (let window = 0; window < 100; window += 1) come(1000, 10_000);
  for (let bytes = 0; bytes < 100_000; bytes += 1) come(1, 10);
});

test("a trickle is cut off at the end of the first window in which it was too slow", () => {
  const { come } = paced();
  come(1_000_000, 10_000);
  for (let second = 1; second < 10; second += 1) come(99, 1000);
  assert.throws(() => come(99, 1000), { code: "TOO_SLOW" });
});

test("what came before does not buy time: each window counts by itself", () => {
  const { come } = paced();
  come(1_000_000, 10_000);
  assert.throws(() => come(1, 10_000), { code: "TOO_SLOW" });
});

test("a pause is made up for by what comes in the same window", () => {
  const { come } = paced();
  come(1, 9_999);
  come(999, 1);
});

test("time that is spent here is not the sender's", () => {
  const { come, work } = paced();
  for (let chunk = 0; chunk < 100; chunk += 1) {
    come(1, 1);
    work(60_000);
  }
});
