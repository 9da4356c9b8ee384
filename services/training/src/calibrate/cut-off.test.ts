import assert from "node:assert/strict";
import { test } from "node:test";
import { ASAH } from "@redspot/statistics/published-data";
import fc from "fast-check";
import { operatingPointAt, rocCurve } from "../statistics/roc.ts";
import { chooseCutOff } from "./cut-off.ts";

const { s100b, labels } = ASAH;
const seed = 1;
const near = (found: number, expected: number, within = 1e-9) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

test("Youden's cut-off of aSAH, with its bootstrap interval", () => {
  // pROC 1.18.0, coords("best"), gives 0.205. The interval is from 20,000 stratified resamples in numpy 1.24.2, of equal
  // cut-offs the lowest; pROC's ci.coords, which picks among equal ones at random, gives 0.155 to 0.485.
  const { value, interval } = chooseCutOff({ by: "youden" }, s100b, labels, { seed });
  near(value, 0.205);
  near(interval.low, 0.12, 0.011);
  near(interval.high, 0.485, 0.011);
  assert.deepEqual(chooseCutOff({ by: "youden" }, s100b, labels, { seed }).interval, interval);
});

test("a demanded sensitivity or specificity is reached, and no better point reaches it", () => {
  for (const by of ["sensitivity", "specificity"] as const) {
    const other = by === "sensitivity" ? "specificity" : "sensitivity";
    const { value } = chooseCutOff({ by, demanded: 0.9 }, s100b, labels, { seed });
    const point = operatingPointAt(value, s100b, labels);
    assert.ok(point[by].value >= 0.9);
    const reaching = rocCurve(s100b, labels).filter((each) => each[by] >= 0.9);
    near(point[other].value, Math.max(...reaching.map((each) => each[other])));
  }
});

test("the dearer a missed fracture, the lower the cut-off; where all cost alike at one half, it is Youden's", () => {
  const at = (demanded: number, prevalence: number) =>
    chooseCutOff({ by: "cost", demanded, prevalence }, s100b, labels, { seed }).value;
  near(at(1, 0.5), 0.205);
  assert.ok(at(20, 0.5) < at(1, 0.5) && at(1, 0.5) < at(0.1, 0.5));
  assert.equal(at(4, 0.2), at(1, 0.5), "a missed fracture costs four times as much where there are four times fewer");
});

test("a demand that only one answer for all could meet is refused", () => {
  const lowestIsFracture = [0.1, 0.2, 0.3, 0.4];
  const answers = Uint8Array.of(1, 0, 0, 1);
  const choose = () => chooseCutOff({ by: "sensitivity", demanded: 1 }, lowestIsFracture, answers, { seed });
  assert.throws(choose, { code: "CUT_OFF_UNREACHABLE", message: /sensitivity of 1 on these 4 cases/ });
  assert.throws(() => chooseCutOff({ by: "youden" }, [0.5, 0.5], Uint8Array.of(0, 1), { seed }), {
    code: "CUT_OFF_UNREACHABLE",
  });
});

test("the cut-off goes with the scores under monotone maps, up to where it lies between two of them", () => {
  const cases = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()), { minLength: 4, maxLength: 30 });
  fc.assert(
    fc.property(cases, (all) => {
      const scores = all.map(([score]) => score / 41);
      const truth = Uint8Array.from(all, ([, label]) => Number(label));
      fc.pre(truth.includes(0) && truth.includes(1) && new Set(scores).size > 1);
      const answers = (of: number[]) => {
        const { value } = chooseCutOff({ by: "youden" }, of, truth, { seed });
        return of.map((score) => score >= value);
      };
      assert.deepEqual(answers(scores.map((score) => score ** 2)), answers(scores));
    }),
    { numRuns: 10 },
  );
});
