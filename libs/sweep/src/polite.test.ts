import assert from "node:assert/strict";
import { test } from "node:test";
import { DicomWebError } from "@redspot/dicomweb";
import { politely } from "./polite.ts";

/** A clock that goes on only while somebody waits. */
function clock() {
  const waits: number[] = [];
  let time = 0;
  return {
    waits,
    now: () => time,
    pause: async (ms: number) => {
      waits.push(ms);
      time += ms;
    },
  };
}

test("questions come no faster than the rate", async () => {
  const { waits, now, pause } = clock();
  const ask = politely({ rate: 10, now, pause });
  for (let at = 0; at < 3; at++) assert.equal(await ask(async () => at), at);
  assert.deepEqual(waits, [100, 100]);
});

test("a PACS that does not answer is asked again: after what it asks for, or ever longer; and not for ever", async () => {
  const { waits, now, pause } = clock();
  const told: number[] = [];
  const ask = politely({ rate: 1000, tries: 4, now, pause, onWait: (_error, ms) => told.push(ms) });
  let asked = 0;
  const errors = [
    new DicomWebError("UNAVAILABLE", "busy", 503, 7000),
    new DicomWebError("UNREACHABLE", "away"),
    new DicomWebError("TIMED_OUT", "slow"),
  ];
  const answer = await ask(async () => {
    const error = errors[asked++];
    if (error) throw error;
    return "here";
  });
  assert.equal(answer, "here");
  assert.deepEqual(told, [7000, 2000, 4000]);
  assert.deepEqual(
    waits.filter((ms) => ms >= 1000),
    told,
  );
  await assert.rejects(
    ask(() => Promise.reject(new DicomWebError("UNREACHABLE", "away"))),
    { code: "UNREACHABLE" },
  );
});

test("what waiting does not mend comes through at once, and so does the end of it all", async () => {
  const { waits, now, pause } = clock();
  const ask = politely({ rate: 1000, now, pause });
  for (const code of ["UNAUTHORIZED", "REFUSED", "NOT_FOUND"] as const) {
    await assert.rejects(
      ask(() => Promise.reject(new DicomWebError(code, "no"))),
      { code },
    );
  }
  assert.ok(waits.every((ms) => ms <= 1));
  const aborted = politely({ rate: 1, signal: AbortSignal.abort() });
  await assert.rejects(
    aborted(async () => "never"),
    { name: "AbortError" },
  );
});
