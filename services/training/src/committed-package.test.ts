/** Holds the demonstration package in the repository to what its own scores say, and to today's phantoms. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readPart10 } from "@redspot/dicom";
import { assertUsableIn, calibrate, ensurePackageBackbone, loadModelPackage, openEngine } from "@redspot/model";
import { makeStudy } from "@redspot/phantom";
import { PREPROCESSING_VERSION, toModelInput, toThreeChannels } from "@redspot/pixels";
import { areaUnderCurve } from "@redspot/statistics";
import { chooseBand, shareWithin } from "./calibrate/inconclusive-band.ts";
import { planPhantoms, type Sizes } from "./reproduce/plan-phantoms.ts";
import { fitIsotonic } from "./statistics/isotonic.ts";
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
  validation: Scores;
  final: Scores;
};

test("nobody can take it for clinical", () => {
  assert.equal(manifest.intendedUse, "demonstration");
  assert.match(manifest.statement, /must not be used on patients/);
  assert.match(manifest.evaluation.data, /no measure of clinical performance/);
  assert.throws(() => assertUsableIn("clinical", manifest), { code: "NOT_FOR_CLINICAL_USE" });
});

test("its calibration, cut-off, band and figures follow from its scores", () => {
  const { logits, fracture } = scores.validation;
  const fractured = Uint8Array.from(fracture);
  const { n: _, fittedOn: __, ...map } = manifest.calibration;
  assert.deepEqual(map, { platt: fitPlatt, isotonic: fitIsotonic }[map.method](logits, fractured));
  const probabilities = logits.map((logit) => calibrate(map, logit));
  assert.equal(manifest.cutOff.value, youdenPoint(probabilities, fractured).cutOff);
  const { low, high } = manifest.inconclusiveBand;
  assert.deepEqual({ low, high }, chooseBand(manifest.cutOff.value, probabilities, 0.1));

  const { evaluation } = manifest;
  const labels = Uint8Array.from(scores.final.fracture);
  const tested = scores.final.logits.map((logit) => calibrate(map, logit));
  const { sensitivity, specificity } = operatingPointAt(manifest.cutOff.value, tested, labels);
  assert.deepEqual(evaluation.auc, areaUnderCurve(scores.final.logits, labels));
  assert.deepEqual(evaluation.sensitivity, sensitivity);
  assert.deepEqual(evaluation.specificity, specificity);
  assert.deepEqual(evaluation.inconclusive, shareWithin({ low, high }, tested));
  assert.deepEqual(evaluation.finalSetUses, { evaluations: 1, models: 1 });
});

test("today's phantoms, preprocessing and engine give scores that it was evaluated on", async (t) => {
  const { phantoms, seed } = manifest.provenance as unknown as { phantoms: Sizes; seed: number };
  // The latest are in the final set.
  const latest = planPhantoms(phantoms, seed)
    .filter(({ exclusion }) => exclusion === undefined)
    .slice(-3);
  const backbone = await ensurePackageBackbone(manifest, { cacheDir: join(tmpdir(), "redspot-model-tests") });
  const engine = await openEngine({
    engine: "onnxruntime",
    device: "cpu",
    threads: 2,
    backbonePath: backbone.path,
    head: modelPackage.head,
  });
  t.after(() => engine.close());
  for (const { number, ...options } of latest) {
    const { bytes, truth } = makeStudy(options).instances[0]!;
    const { pixels } = await toModelInput(readPart10(bytes));
    const { logits } = await engine.run(toThreeChannels([{ pixels }], backbone.inputScaling), 1);
    const apart = scores.final.logits.map((logit, at) =>
      (scores.final.fracture[at] === 1) === (truth.fracture !== false) ? Math.abs(logits[0]! - logit) : Infinity,
    );
    // Rounding on another processor moves a logit by a hundred-thousandth or so.
    const nearest = Math.min(...apart);
    assert.ok(nearest < 1e-3, `phantom ${number} is ${nearest} away: make the package anew with npm run demo-package`);
  }
});
