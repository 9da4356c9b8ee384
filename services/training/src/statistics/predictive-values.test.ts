import assert from "node:assert/strict";
import { test } from "node:test";
import { type Counts, predictiveValuesAt } from "./predictive-values.ts";

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

/** The paper's 100: sensitivity 0.90, specificity 0.88. */
const paper: Counts = { truePositives: 45, falseNegatives: 5, trueNegatives: 44, falsePositives: 6 };

test("at the prevalence of the test set, predictive values are plain proportions", () => {
  const { positive, negative } = predictiveValuesAt(0.5, paper);
  near(positive.value, 45 / 51);
  near(negative.value, 44 / 49);
});

test("where fractures are rarer, a positive means less and a negative more", () => {
  const { positive, negative } = predictiveValuesAt(0.1, paper);
  near(positive.value, (0.9 * 0.1) / (0.9 * 0.1 + 0.12 * 0.9));
  near(negative.value, (0.88 * 0.9) / (0.88 * 0.9 + 0.1 * 0.1));
  assert.ok(positive.low > 0.25 && positive.low < positive.value && positive.value < positive.high);
});

test("nothing missed, no false alarm, or no answer still has an interval", () => {
  const perfect = predictiveValuesAt(0.2, {
    truePositives: 50,
    falseNegatives: 0,
    trueNegatives: 50,
    falsePositives: 0,
  });
  for (const { value, low, high } of Object.values(perfect)) {
    assert.equal(value, 1);
    assert.ok(low > 0.5 && low < 1, `${low}`);
    assert.equal(high, 1);
  }
  const silent = predictiveValuesAt(0.2, { truePositives: 0, falseNegatives: 9, trueNegatives: 9, falsePositives: 0 });
  assert.deepEqual([silent.positive.low, silent.positive.high], [0, 1]);
  near(silent.positive.value, 0.2);
});

test("the intervals hold the true values as often as they say", () => {
  // Exact: over all outcomes of 50 + 50 cases, weighted by their binomial chances.
  const [n, sensitivity, specificity, prevalence] = [50, 0.9, 0.88, 0.2];
  const truth = {
    positive: (0.9 * 0.2) / (0.9 * 0.2 + 0.12 * 0.8),
    negative: (0.88 * 0.8) / (0.88 * 0.8 + 0.1 * 0.2),
  };
  const covered = { positive: 0, negative: 0 };
  for (let found = 0; found <= n; found++) {
    for (let spared = 0; spared <= n; spared++) {
      const chance = binomial(n, found, sensitivity) * binomial(n, spared, specificity);
      const counts = {
        truePositives: found,
        falseNegatives: n - found,
        trueNegatives: spared,
        falsePositives: n - spared,
      };
      const intervals = predictiveValuesAt(prevalence, counts);
      for (const side of ["positive", "negative"] as const) {
        const { low, high } = intervals[side];
        if (low <= truth[side] && truth[side] <= high) covered[side] += chance;
      }
    }
  }
  for (const share of Object.values(covered)) assert.ok(share > 0.935 && share < 0.97, JSON.stringify(covered));
});

function binomial(n: number, k: number, p: number): number {
  let chance = (1 - p) ** n;
  for (let i = 1; i <= k; i++) chance *= ((n - i + 1) / i) * (p / (1 - p));
  return chance;
}
