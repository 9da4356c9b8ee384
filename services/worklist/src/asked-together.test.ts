import assert from "node:assert/strict";
import { test } from "node:test";
import { AskedTogether } from "./asked-together.ts";

/** Answers that are given when the test says so, and the questions that were asked. */
function answers() {
  const begun: { question: string; answer: PromiseWithResolvers<number> }[] = [];
  const together = new AskedTogether<number>((question) => {
    const answer = Promise.withResolvers<number>();
    begun.push({ question, answer });
    return answer.promise;
  });
  return { begun, together };
}

test("who asks while an answer is being made shares the next one, and that only", async () => {
  const { begun, together } = answers();
  const first = together.ask("page");
  const later = Array.from({ length: 200 }, () => together.ask("page"));
  assert.equal(begun.length, 1);
  begun[0]!.answer.resolve(1);
  assert.equal(await first, 1);
  assert.equal(begun.length, 2);
  const third = together.ask("page");
  begun[1]!.answer.resolve(2);
  assert.deepEqual(new Set(await Promise.all(later)), new Set([2]));
  begun[2]!.answer.resolve(3);
  assert.equal(await third, 3);
  void together.ask("page");
  assert.equal(begun.length, 4, "nothing is kept");
});

test("another question waits for nobody, and a failure is told to those who asked", async () => {
  const { begun, together } = answers();
  const first = together.ask("one");
  const waits = together.ask("one");
  const other = together.ask("other");
  assert.deepEqual(
    begun.map(({ question }) => question),
    ["one", "other"],
  );
  begun[0]!.answer.reject(new Error("Redis is away"));
  await assert.rejects(first, /away/);
  begun[2]!.answer.resolve(2);
  assert.equal(await waits, 2);
  begun[1]!.answer.resolve(5);
  assert.equal(await other, 5);
});
