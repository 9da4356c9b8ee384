import assert from "node:assert/strict";
import { test } from "node:test";
import { type ModelChange, ModelChoice } from "./model-choice.ts";
import { redisForTests } from "./test-support.ts";

const redis = redisForTests();
const [old, young] = ["a", "b"].map((letter) => ({
  packageHash: letter.repeat(64),
  name: letter,
  version: "1.0.0",
})) as [ModelChange["package"], ModelChange["package"]];
const promotion: ModelChange = {
  ...{ number: 1, act: "promote", package: young, before: old },
  ...{ by: "a.clinician", why: "finds more", at: 1000 },
};

test("before the first change nothing is chosen; each change is the latest until the next", async () => {
  const choice = new ModelChoice(redis.store());
  assert.equal(await choice.latest(), undefined);
  assert.equal(await choice.change(promotion), true);
  assert.deepEqual(await choice.latest(), promotion);
  const back: ModelChange = { ...promotion, number: 2, act: "rollback", package: old, before: young, at: 2000 };
  assert.equal(await choice.change(back), true);
  assert.deepEqual(await choice.latest(), back);
  assert.deepEqual(await choice.history(), [promotion, back]);
});

test("of those who change it at the same time one succeeds, and nothing is lost", async () => {
  const store = redis.store();
  const choices = Array.from({ length: 8 }, () => new ModelChoice(redis.again(store)));
  const made = await Promise.all(choices.map((choice, at) => choice.change({ ...promotion, by: `person ${at}` })));
  assert.equal(made.filter(Boolean).length, 1);
  const history = await choices[0]!.history();
  assert.deepEqual([history.length, history[0]!.by], [1, `person ${made.indexOf(true)}`]);
  assert.equal(await choices[0]!.change({ ...promotion, number: 3 }), false, "nor does one leave a gap");
});
