/** Holds the demonstration package in the repository to what its own scores say, and to today's phantoms. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { calibrate, ensurePackageBackbone, loadModelPackage, openEngine } from "@redspot/model";
import { PREPROCESSING_VERSION, toThreeChannels } from "@redspot/pixels";
import { chooseBand, shareWithin } from "./calibrate/inconclusive-band.ts";
import { type PartSizes, planCases } from "./case-plan.ts";
import prepareCase from "./prepare-case.ts";
import { areaUnderCurve } from "./statistics/area-under-curve.ts";
import { fitPlatt } from "./statistics/platt.ts";
import { operatingPointAt, youdenPoint } from "./statistics/roc.ts";

const folder = fileURLToPath(new URL("../../inference/models/demo", import.meta.url));
const modelPackage = await loadModelPackage(folder, { expectedPreprocessingVersion: PREPROCESSING_VERSION });
const { manifest } = modelPackage;
interface Scores {
  logits: number[];
  fracture: number[];
}
const scores = JSON.parse(await readFile(join(folder, manifest.evaluation.scores.file), "utf8")) as {
  calibration: Scores;
  test: Scores;
};

test("its calibration, cut-off, band and figures follow from its scores", () => {
  const fractured = Uint8Array.from(scores.calibration.fracture);
  const platt = fitPlatt(scores.calibration.logits, fractured);
  const { n, fittedOn, ...fitted } = manifest.calibration;
  assert.deepEqual(fitted, platt);
  const probabilities = scores.calibration.logits.map((logit) => calibrate(platt, logit));
  const { cutOff } = youdenPoint(probabilities, fractured);
  assert.equal(manifest.cutOff.value, cutOff);
  const band = chooseBand(cutOff, probabilities);
  assert.deepEqual([manifest.inconclusiveBand.low, manifest.inconclusiveBand.high], [band.low, band.high]);

  const labels = Uint8Array.from(scores.test.fracture);
  const tested = scores.test.logits.map((logit) => calibrate(platt, logit));
  const { sensitivity, specificity } = operatingPointAt(cutOff, tested, labels);
  const { evaluation } = manifest;
  assert.deepEqual(evaluation.auc, areaUnderCurve(tested, labels));
  assert.deepEqual(evaluation.sensitivity, sensitivity);
  assert.deepEqual(evaluation.specificity, specificity);
  assert.deepEqual(evaluation.inconclusive, shareWithin(band, tested));
});

test("today's phantoms, preprocessing and engine give the scores that it was evaluated on", async (t) => {
  const { phantoms, seed } = manifest.provenance as unknown as { phantoms: PartSizes; seed: number };
  const plan = planCases(phantoms, seed).filter(({ part }) => part === "test");
  assert.equal(plan.length, scores.test.logits.length);
  const backbone = await ensurePackageBackbone(manifest, { cacheDir: join(tmpdir(), "redspot-model-tests") });
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads: 2,
    backbonePath: backbone.path,
    head: modelPackage.head,
  });
  t.after(() => engine.close());
  for (const at of [0, 1, 2]) {
    const { pixels, fracture } = await prepareCase(plan[at]!);
    assert.equal(fracture !== false, scores.test.fracture[at] === 1);
    const { logits } = await engine.run(toThreeChannels([{ pixels }], backbone.inputScaling), 1);
    const apart = Math.abs(logits[0]! - scores.test.logits[at]!);
    // Rounding on another processor moves a logit by a hundred-thousandth or so.
    assert.ok(apart < 1e-3, `case ${at} is ${apart} away: make the package anew with npm run demo-package`);
  }
});
