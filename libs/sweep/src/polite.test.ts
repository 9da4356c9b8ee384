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
  assert.equal(await ask(async () => "no sooner than that"), "no sooner than that");
  assert.deepEqual(
    waits.filter((ms) => ms >= 1000),
    told,
  );
  await assert.rejects(
    ask(() => Promise.reject(new DicomWebError("UNREACHABLE", "away"))),
    { code: "UNREACHABLE" },
  );
  // Whoever asks next waits as long as the one before would have.
  waits.length = 0;
  await ask(async () => "here");
  assert.deepEqual(waits, [8000]);
});

test("no more questions are under way than were agreed", async () => {
  const ask = politely({ atOnce: 2 });
  const answers = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  let asked = 0;
  const all = answers.map(({ promise }) =>
    ask(() => {
      asked++;
      return promise;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 2);
  answers[0]?.resolve();
  await all[0];
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 3);
  for (const answer of answers) answer.resolve();
  await Promise.all(all);
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
