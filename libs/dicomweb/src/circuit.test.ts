import assert from "node:assert/strict";
import { test } from "node:test";
import { Circuit, CircuitOpen } from "./circuit.ts";

class Away extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(retryAfterMs?: number) {
    super("away");
    this.retryAfterMs = retryAfterMs;
  }
}

/** A destination behind a circuit that opens after two calls; it answers as it is told to. */
function destination() {
  let answer: () => Promise<string> = async () => "here";
  let calls = 0;
  const circuit = new Circuit({
    isAway: (error) => error instanceof Away,
    failures: 2,
    firstMs: 1_000,
    longestMs: 60_000,
  });
  return {
    answers: (how: () => Promise<string>) => {
      answer = how;
    },
    calls: () => calls,
    isOpen: () => circuit.isOpen,
    call: () =>
      circuit.run(() => {
        calls += 1;
        return answer();
      }),
  };
}

const away = (retryAfterMs?: number) => () => Promise.reject(new Away(retryAfterMs));

test("a destination that was found away twice is left in peace, then asked once, and then by all", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { answers, call, calls, isOpen } = destination();
  answers(away());
  assert.equal(isOpen(), false);
  for (const _twice of [1, 2]) await assert.rejects(call(), Away);
  assert.equal(isOpen(), true);
  const open = await call().catch((error: unknown) => error);
  assert.ok(open instanceof CircuitOpen && open.retryAfterMs >= 1_000 && open.retryAfterMs <= 1_200);
  assert.equal(calls(), 2);
  context.mock.timers.tick(1_200);
  // One goes ahead; the others hear what came of it.
  const together = await Promise.allSettled([call(), call(), call()]);
  assert.equal(calls(), 3);
  assert.ok(together.every(({ status }) => status === "rejected"));
  context.mock.timers.tick(1_200);
  await assert.rejects(call(), CircuitOpen, "the second time for twice as long");
  context.mock.timers.tick(1_200);
  answers(async () => "back");
  assert.deepEqual(await Promise.all([call(), call()]), ["back", "back"]);
  assert.equal(calls(), 5);
  assert.equal(isOpen(), false);
});

test("for how long, the destination says; within bounds", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  for (const [asked, least, most] of [
    [30_000, 30_000, 36_000],
    [24 * 3_600_000, 60_000, 72_000],
  ] as const) {
    const { answers, call } = destination();
    answers(away(asked));
    for (const _twice of [1, 2]) await assert.rejects(call(), Away);
    const open = (await call().catch((error: unknown) => error)) as CircuitOpen;
    assert.ok(open.retryAfterMs >= least && open.retryAfterMs <= most, `${open.retryAfterMs}`);
  }
});

test("a refusal shows that the destination is there", async () => {
  const { answers, call, calls } = destination();
  for (let turn = 0; turn < 4; turn += 1) {
    answers(turn % 2 === 0 ? away() : () => Promise.reject(new Error("refused")));
    await assert.rejects(call());
  }
  assert.equal(calls(), 4);
});
