import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteSource } from "./byte-source.ts";

async function* given(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("what an iterable yields can be taken once it has come, and iterated over", async () => {
  const source = ByteSource.from(given("a", "b"));
  assert.equal(source.take(), undefined, "nothing has come yet");
  assert.equal(source.ended, false);
  await source.more();
  assert.equal(String(source.take()), "a");
  assert.equal(source.take(), undefined);
  const rest: string[] = [];
  for await (const chunk of source) rest.push(String(chunk));
  assert.deepEqual(rest, ["b"]);
  assert.equal(source.ended, true);
  assert.equal(ByteSource.from(source), source);
});

test("an iterable that is left early is not told to stop: its connection has to answer still", async () => {
  let stopped = false;
  const source = ByteSource.from({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false, value: Buffer.from("x") }),
      return: async () => {
        stopped = true;
        return { done: true, value: undefined };
      },
    }),
  });
  for await (const _ of source) break;
  assert.equal(stopped, false);
});

test("an error of an iterable comes through", async () => {
  const source = ByteSource.from(
    (async function* () {
      yield Buffer.from("x");
      throw new Error("the sender is gone");
    })(),
  );
  await assert.rejects(async () => {
    for await (const _ of source);
  }, /the sender is gone/);
});
