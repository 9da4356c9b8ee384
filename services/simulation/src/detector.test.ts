import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { normalDistribution, randomStream } from "@redspot/statistics";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { binormalDetector, binormalThrough, type Detector } from "./detector.ts";
import { packageDetector } from "./package-detector.ts";

const DEMO = fileURLToPath(new URL("../../inference/models/demo", import.meta.url));

/** What comes of it, drawn: sensitivity, specificity, area under the curve. */
function drawn(detector: Detector) {
  const random = randomStream(1, "test");
  const answer = detector.source(() => uniformFloat64(random));
  const n = 40_000;
  const [broken, whole] = [true, false].map((fracture) => Array.from({ length: n }, () => answer(fracture)));
  const flagged = (answers: typeof broken) => answers!.filter(({ outcome }) => outcome === "fracture").length / n;
  const before = broken!.filter(({ probability }, i) => probability > whole![i]!.probability).length;
  const even = broken!.filter(({ probability }, i) => probability === whole![i]!.probability).length;
  return { sensitivity: flagged(broken), specificity: 1 - flagged(whole), auc: (before + even / 2) / n };
}

const near = (a: number, b: number, within = 0.01) => assert.ok(Math.abs(a - b) < within, `${a}, not ${b}`);

test("the binormal curve passes the operating point and has the area asked for", () => {
  for (const [sensitivity, specificity, auc] of [
    [0.9, 0.88, 0.954],
    [0.9, 0.88, undefined],
    [0.7, 0.95, 0.93],
  ] as const) {
    const { mean, spread, cutOff } = binormalThrough(sensitivity, specificity, auc);
    near(1 - normalDistribution(cutOff), 1 - specificity, 1e-9);
    near(1 - normalDistribution((cutOff - mean) / spread), sensitivity, 1e-9);
    if (auc !== undefined) near(normalDistribution(mean / Math.sqrt(1 + spread ** 2)), auc, 1e-9);
    const detector = binormalDetector(sensitivity, specificity, auc);
    const found = drawn(detector);
    near(found.sensitivity, sensitivity);
    near(found.specificity, specificity);
    near(found.auc, detector.auc);
  }
});

test("three figures that belong to no one classifier are refused, with the way out", () => {
  assert.throws(() => binormalThrough(0.9, 0.88, 0.7), { code: "NO_SUCH_CURVE", message: /leave --auc out/ });
});

test("a model package answers as on the cases that it was evaluated on", async () => {
  const detector = await packageDetector(DEMO);
  const found = drawn(detector);
  near(found.sensitivity, detector.sensitivity);
  near(found.specificity, detector.specificity);
  near(found.auc, detector.auc);
  assert.match(detector.description, /^demonstration .* as on the 100 cases of its final part$/);
});
