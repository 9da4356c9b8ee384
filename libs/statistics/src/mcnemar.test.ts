import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mcNemar, pairedDifference } from "./mcnemar.ts";

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

const discordant = fc.integer({ min: 0, max: 60 });

test("p values do not depend on which of the two is called the first, and mid-P is never the larger", () => {
  fc.assert(
    fc.property(discordant, discordant, (one, other) => {
      const { exact, midP } = mcNemar(one, other);
      assert.deepEqual(mcNemar(other, one), { exact, midP });
      assert.ok(midP <= exact && exact <= 1 && midP > 0);
    }),
  );
});

test("the exact p value is the part of all 2^n ways that are as uneven", () => {
  const small = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(small, small, (one, other) => {
      const n = one + other;
      const ones = (ways: number) => ways.toString(2).replaceAll("0", "").length;
      const all = Array.from({ length: 2 ** n }, (_, ways) => Math.abs(2 * ones(ways) - n));
      near(mcNemar(one, other).exact, all.filter((uneven) => uneven >= Math.abs(one - other)).length / all.length);
    }),
  );
});

test("the paired difference of the airway example: Bonett and Price's interval, worked by hand", () => {
  // 1 and 7 of 21: (2 - 8) / 23, and 1.96 sqrt((10/23 - (6/23)^2) / 23) to either side.
  const { difference, low, high } = pairedDifference(1, 7, 21);
  near(difference, -6 / 21);
  assert.deepEqual([low.toFixed(3), high.toFixed(3)], ["-0.508", "-0.013"]);
});

test("the interval of a paired difference holds it, and is never empty", () => {
  fc.assert(
    fc.property(discordant, discordant, fc.integer({ min: 1, max: 500 }), (one, other, same) => {
      const { difference, low, high } = pairedDifference(one, other, one + other + same);
      assert.ok(low <= difference && difference <= high && low < high, `${low} ${difference} ${high}`);
      assert.ok(low >= -1 && high <= 1);
    }),
  );
});
