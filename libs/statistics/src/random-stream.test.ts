import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStream, shuffle } from "./random-stream.ts";

const take = (stream: ReturnType<typeof randomStream>) => Array.from({ length: 5 }, () => stream.next());

test("a stream is the same each time, and another for another seed, purpose or index", () => {
  assert.deepEqual(take(randomStream(1, "order", 2)), take(randomStream(1, "order", 2)));
  const others = [randomStream(2, "order", 2), randomStream(1, "dropout", 2), randomStream(1, "order", 3)];
  assert.equal(new Set([randomStream(1, "order", 2), ...others].flatMap(take)).size, 20);
});

test("every order of three is as likely as another", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffle([0, 1, 2], randomStream(1, "order", i)).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 120, `${count}`);
});
