import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atPrevalence, type CalibrationMap, calibrate } from "./calibration.ts";
import { calibrationSchema } from "./manifest.ts";

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`);

const knots = [
  { logit: -2, probability: 0.1 },
  { logit: 0, probability: 0.1 },
  { logit: 1, probability: 0.7 },
];

test("isotonic calibration is straight between its knots and level beyond them", () => {
  const given: [number, number][] = [
    [-9, 0.1],
    [-2, 0.1],
    [-1, 0.1],
    [0, 0.1],
    [0.25, 0.25],
    [1, 0.7],
    [9, 0.7],
  ];
  for (const [logit, probability] of given) near(calibrate({ method: "isotonic", knots }, logit), probability);
  near(calibrate({ method: "isotonic", knots: [{ logit: 3, probability: 0.4 }] }, -1), 0.4);
});

test("Bayes on the odds: a textbook screening test", () => {
  // Likelihood ratio 9 (sensitivity 0.9, specificity 0.9): 0.9 at a prevalence of 1/2, 1/12 at one of 1/100.
  near(atPrevalence(0.9, { training: 0.5, site: 0.01 }), 9 / 108);
  near(atPrevalence(0.3, { training: 0.2, site: 0.2 }), 0.3);
  near(atPrevalence(atPrevalence(0.3, { training: 0.5, site: 0.1 }), { training: 0.1, site: 0.5 }), 0.3);
});

test("a calibration that knows the site's prevalence gives the site's probability", () => {
  const prevalence = { training: 0.5, site: 0.2 };
  const platt = { method: "platt", slope: 2, intercept: 0.5 } as const;
  // Odds exp(2 x 1 + 0.5) times a quarter.
  near(calibrate({ ...platt, prevalence }, 1), Math.exp(2.5) / 4 / (1 + Math.exp(2.5) / 4));
  near(calibrate({ method: "isotonic", knots, prevalence }, 5), 0.7 / 4 / (0.7 / 4 + 0.3));
});

const inside = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const logit = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const prevalence = fc.option(fc.record({ training: inside, site: inside }), { nil: undefined });
const sorted = <T>(values: T[], by: (value: T) => number) => values.toSorted((a, b) => by(a) - by(b));
const calibration: fc.Arbitrary<CalibrationMap> = fc.oneof(
  fc.record({
    method: fc.constant("platt" as const),
    slope: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    intercept: logit,
    prevalence,
  }),
  fc.record({
    method: fc.constant("isotonic" as const),
    knots: fc
      .uniqueArray(fc.tuple(logit, inside), { minLength: 1, maxLength: 9, selector: ([at]) => at })
      .map((pairs) => {
        const probabilities = sorted(
          pairs.map(([, probability]) => probability),
          (value) => value,
        );
        return sorted(pairs, ([at]) => at).map(([at], i) => ({ logit: at, probability: probabilities[i]! }));
      }),
    prevalence,
  }),
);

test("any calibration that the schema takes stays within 0 and 1 and keeps the order of logits", () => {
  fc.assert(
    fc.property(calibration, logit, logit, (map, a, b) => {
      assert.ok(calibrationSchema.safeParse({ ...map, n: 1, fittedOn: "drawn" }).success);
      const [low, high] = [calibrate(map, Math.min(a, b)), calibrate(map, Math.max(a, b))];
      assert.ok(low >= 0 && high <= 1 && low <= high + 1e-15, `${low} ${high}`);
    }),
  );
});

test("knots that fall, that repeat a logit, or that claim certainty are refused", () => {
  const refused = [
    [],
    [knots[2], knots[0]],
    [knots[0], knots[0]],
    [knots[0], { logit: 1, probability: 0.05 }],
    [{ logit: 0, probability: 0 }],
    [{ logit: 0, probability: 1 }],
  ];
  for (const each of refused) {
    assert.ok(!calibrationSchema.safeParse({ method: "isotonic", knots: each, n: 1, fittedOn: "drawn" }).success);
  }
});
