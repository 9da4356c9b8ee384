import assert from "node:assert/strict";
import { test } from "node:test";
import { HeadStarts, readingPolicy } from "./reading-policy.ts";

test("head starts are minutes, and those of sites by name", () => {
  assert.equal(HeadStarts.parse("240").minutes, 240);
  assert.deepEqual(
    [...HeadStarts.parse("240,north=120,south=0").sites],
    [
      ["north", 120],
      ["south", 0],
    ],
  );
  assert.equal(String(HeadStarts.parse("240,north=120")), "240,north=120");
  for (const wrong of [
    "",
    "a",
    "-1",
    "10081",
    "240,",
    "240,north",
    "240,north=",
    "240,=1",
    "240,a=1,a=2",
    "Infinity",
  ]) {
    assert.throws(() => HeadStarts.parse(wrong), RangeError, wrong);
  }
});

test("the policy is in milliseconds", () => {
  const policy = readingPolicy(HeadStarts.parse("2,north=1"), 0.5);
  assert.deepEqual(policy, {
    headStartMs: 120_000,
    inconclusiveHeadStartMs: 30_000,
    siteHeadStartMs: new Map([["north", 60_000]]),
  });
});
