import assert from "node:assert/strict";
import { test } from "node:test";
import { mcNemar } from "./mcnemar.ts";

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found / expected - 1) < 1e-9, `${found}, not ${expected}`);

test("exact p values are scipy's", () => {
  // scipy 1.10.1, binomtest(6, 22, 0.5) and binomtest(86, 236, 0.5).
  near(mcNemar(6, 16).exact, 0.052478790283203125);
  near(mcNemar(150, 86).exact, 3.715936139571387e-5);
});

test("the airway example of Fagerland, Lydersen and Laake (2013): exact 0.070, mid-P 0.039", () => {
  const { exact, midP } = mcNemar(1, 7);
  near(exact, 0.0703125);
  near(midP, 0.0390625);
});

test("as many on one side as on the other, or none at all, is no difference", () => {
  assert.equal(mcNemar(4, 4).exact, 1);
  assert.deepEqual(mcNemar(0, 0), { exact: 1, midP: 1 });
  near(mcNemar(2, 2).midP, 1 - 6 / 32);
});
