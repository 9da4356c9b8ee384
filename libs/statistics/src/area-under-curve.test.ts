import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { areaUnderCurve, compareAreas, midRanks } from "./area-under-curve.ts";
import { ASAH, DRAWN, OVARIAN_CANCER } from "./published-data.ts";

const near = (found: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(found - expected) < within, `${found}, not ${expected}`);

/** The standard error that an interval on the logit scale was made with. */
const standardError = ({ value, high }: { value: number; high: number }) =>
  ((Math.log(high / (1 - high)) - Math.log(value / (1 - value))) * value * (1 - value)) / 1.959963984540054;

test("areas and standard errors are those of DeLong's own data", () => {
  // SAS prints 0.7366 (0.0927), 0.6478 (0.1000), 0.7258 (0.1028); the digits beyond are pROC 1.18.0's.
  const { albumin, totalProtein, krebsGoplerud, labels } = OVARIAN_CANCER;
  for (const [scores, value, error] of [
    [albumin, 0.7365591397849462, 0.092694346052402676],
    [totalProtein, 0.64784946236559138, 0.10004737558374194],
    [krebsGoplerud, 0.725806451612903, 0.1028216089800477],
  ] as const) {
    const area = areaUnderCurve(scores, labels);
    near(area.value, value);
    near(standardError(area), error);
  }
});

test("DeLong's paired test on his data: neither measure differs from the K-G score", () => {
  // pROC 1.18.0, roc.test(method = "delong").
  const { albumin, totalProtein, krebsGoplerud, labels } = OVARIAN_CANCER;
  const first = compareAreas(albumin, krebsGoplerud, labels);
  near(first.z, 0.11277826904452648);
  near(first.p, 0.910206347201035);
  near(first.low, -0.1761173687346953);
  near(first.high, 0.1976227450787813);
  const second = compareAreas(totalProtein, krebsGoplerud, labels);
  near(second.z, -0.7452183896579927);
  near(second.p, 0.45613970750747362);
});

test("DeLong's paired test on aSAH: the published Z = 2.7978, p = 0.005146 of WFNS against NDKA", () => {
  // pROC 1.18.0; the rounded figures stand in its documentation.
  const { z, p, low, high, areas } = compareAreas(ASAH.wfns, ASAH.ndka, ASAH.labels);
  near(z, 2.7977759186890387);
  near(p, 0.0051455797069109776);
  near(low, 0.0634011709339876);
  near(high, 0.36004056348335656);
  near(areas[0], 0.82367886178861793);
  near(areas[1], 0.61195799457994582);
  const other = compareAreas(ASAH.s100b, ASAH.wfns, ASAH.labels);
  near(other.z, -2.2089835914409077);
  near(other.p, 0.02717578222918815);
});

test("a score does not differ from itself", () => {
  const { z, p, difference, standardError: error } = compareAreas(ASAH.ndka, ASAH.ndka, ASAH.labels);
  assert.deepEqual([z, p, difference, error], [0, 1, 0, 0]);
});

test("ties count half, and the interval is DeLong's on the logit scale", () => {
  // Computed with numpy and scipy from the definition.
  const { value, low, high, n } = areaUnderCurve(DRAWN.scores, DRAWN.labels);
  near(value, 0.745);
  near(low, 0.46845326600968173);
  near(high, 0.906412368654257);
  assert.equal(n, 20);
});

test("where every pair stands right, the interval is still one", () => {
  const { value, low, high } = areaUnderCurve([1, 2, 3, 4], Uint8Array.of(0, 0, 1, 1));
  assert.equal(value, 1);
  assert.ok(low > 0.2 && low < 0.5, `${low}`);
  assert.equal(high, 1);
});

test("one class alone has no curve", () => {
  assert.throws(() => areaUnderCurve([1, 2], Uint8Array.of(1, 1)), /2 cases with a fracture and 0 without/);
});

test("equal values share the mean of their ranks", () => {
  assert.deepEqual([...midRanks(Float64Array.of(3, 1, 3, 0))], [3.5, 2, 3.5, 1]);
});

const cases = fc
  .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .filter((all) => all.some(([, label]) => label) && all.some(([, label]) => !label))
  .map((all) => ({ scores: all.map(([score]) => score), labels: Uint8Array.from(all, ([, label]) => Number(label)) }));

test("the area does not change under monotone maps, and turns round with the scores", () => {
  fc.assert(
    fc.property(cases, ({ scores, labels }) => {
      const area = areaUnderCurve(scores, labels);
      for (const map of [(x: number) => x ** 3, (x: number) => Math.exp(x / 7), (x: number) => 2 * x - 5]) {
        assert.deepEqual(areaUnderCurve(scores.map(map), labels), area);
      }
      near(
        areaUnderCurve(
          scores.map((score) => -score),
          labels,
        ).value,
        1 - area.value,
      );
      assert.ok(area.low <= area.value && area.value <= area.high && area.low >= 0 && area.high <= 1);
    }),
  );
});

test("areas, variances and their covariance are those of the definition, pair by pair", () => {
  // DeLong et al. 1988, eq. 3 to 6, each pair of cases looked at: m n of them instead of ranks.
  const kernel = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const byPairs = (scores: readonly number[], labels: Uint8Array) => {
    const of = (label: number) => scores.filter((_, row) => labels[row] === label);
    const [present, absent] = [of(1), of(0)];
    return [
      present.map((x) => mean(absent.map((y) => kernel(x, y)))),
      absent.map((y) => mean(present.map((x) => kernel(x, y)))),
    ] as const;
  };
  const covariance = (a: number[], b: number[]) =>
    a.reduce((sum, value, i) => sum + (value - mean(a)) * (b[i]! - mean(b)), 0) / (a.length - 1) / a.length;
  const enough = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
    minLength: 4,
    maxLength: 40,
  });
  fc.assert(
    fc.property(enough, (all) => {
      const labels = Uint8Array.from(all, (_, row) => (row % 2 === 0 ? 1 : 0));
      const [first, second] = [all.map(([one]) => one), all.map(([, other]) => other)];
      const [a, b] = [byPairs(first, labels), byPairs(second, labels)];
      const variance = [0, 1].reduce(
        (sum, kind) =>
          sum + covariance(a[kind]!, a[kind]!) + covariance(b[kind]!, b[kind]!) - 2 * covariance(a[kind]!, b[kind]!),
        0,
      );
      const { areas, standardError: error, difference } = compareAreas(first, second, labels);
      near(areas[0], mean(a[0]));
      near(areas[1], mean(b[0]));
      near(difference, areas[0] - areas[1]);
      near(error ** 2, variance > 1e-15 ? variance : 0, 1e-10);
    }),
  );
});

test("turned round, the paired test says the opposite", () => {
  const { z, p, low, high } = compareAreas(ASAH.wfns, ASAH.ndka, ASAH.labels);
  const other = compareAreas(ASAH.ndka, ASAH.wfns, ASAH.labels);
  near(other.z, -z);
  near(other.p, p);
  near(other.low, -high);
  near(other.high, -low);
});
