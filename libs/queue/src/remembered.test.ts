import assert from "node:assert/strict";
import { test } from "node:test";
import { Remembered } from "./remembered.ts";

test("what is asked for stays, what is not is forgotten, and there is never more than twice the most", () => {
  const remembered = new Remembered<number>(3);
  remembered.set("wanted", 0);
  for (let count = 1; count <= 20; count += 1) {
    remembered.set(`line ${count}`, count);
    assert.equal(remembered.get("wanted"), 0);
  }
  const kept = Array.from({ length: 20 }, (_, index) => remembered.get(`line ${index + 1}`) !== undefined);
  assert.ok(kept.filter(Boolean).length <= 5);
  assert.equal(kept[0], false);
  assert.equal(kept[19], true);
});
