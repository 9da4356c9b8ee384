import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { atPrevalence, calibrate as calibrated, EMBEDDED_BACKBONE, FEATURE_COUNT } from "@redspot/model";
import { plantFolder } from "../evaluate/planted-folder.ts";
import { operatingPointAt } from "../statistics/roc.ts";
import { PAPER_OPTIONS } from "../train/head-options.ts";
import { writeTraining } from "../train/training-file.ts";
import { FILES, readSplit, writeWorkFile } from "../work-folder.ts";
import { type CalibrateOptions, calibrate } from "./calibrate.ts";
import { readCalibration } from "./calibration-file.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-calibrate-"));
after(() => rm(folder, { recursive: true }));
await plantFolder(folder);
// The planted features speak in the first of them.
await plantHead(12);
// More cases to calibrate on: those that are kept for testing.
const split = await readSplit(folder);
const { testing, validation, ...others } = split.parts;
await writeWorkFile(folder, FILES.split, {
  ...split,
  parts: { ...others, validation: [...validation, ...testing], testing: [] },
});

async function plantHead(weight: number, trained = PAPER_OPTIONS, iterations = 0): Promise<void> {
  const weights = new Float32Array(FEATURE_COUNT);
  weights[0] = weight;
  await writeTraining(
    folder,
    { weights, bias: -weight },
    {
      format: "redspot-training/1",
      engine: "by hand",
      backbone: { name: EMBEDDED_BACKBONE.name, sha256: EMBEDDED_BACKBONE.sha256 },
      preprocessingVersion: "1",
      options: trained,
      seed: 1,
      cases: { training: { images: 0, fractures: 0 }, validation: null },
      iterations,
      kept: iterations,
      curve: [],
      search: null,
    },
  );
}

const options: CalibrateOptions = {
  cutOff: { by: "youden" },
  band: { by: "demand", sensitivity: 0.9, specificity: 0.9 },
  on: "validation",
  threads: 2,
  seed: 1,
};

test("calibration, cut-off and band follow from the scores that are written with them", async () => {
  const file = await calibrate(folder, options);
  assert.deepEqual(await readCalibration(folder), file);
  const labels = Uint8Array.from(file.scores.fracture);
  assert.equal(file.calibration.n, 80);
  assert.deepEqual(file.prevalence, { training: 0.5, site: null });
  const probabilities = file.scores.logits.map((logit) => calibrated(file.calibration, logit));
  const { sensitivity, specificity } = operatingPointAt(file.cutOff.value, probabilities, labels);
  assert.deepEqual([file.found.sensitivity, file.found.specificity], [sensitivity, specificity]);
  assert.ok(sensitivity.value + specificity.value > 1.5);
  const { low, high } = file.inconclusiveBand;
  assert.ok(low <= file.cutOff.value && file.cutOff.value <= high && low < high);
  assert.ok(file.found.outsideBand.sensitivity.value >= 0.9 && file.found.outsideBand.specificity.value >= 0.9);
  assert.ok(file.cutOff.interval!.low <= file.cutOff.value && file.cutOff.value <= file.cutOff.interval!.high);
  assert.deepEqual(file.atTrainingPrevalence, { cutOff: file.cutOff.value, low, high });
  // The head's weight is many times too large: its logits promise more than they hold.
  const { before, after: fitted } = file.quality;
  assert.ok(fitted.platt.expectedCalibrationError < before.expectedCalibrationError);
  assert.ok(fitted.platt.logLoss < before.logLoss);
});

test("the site's prevalence shifts probability, cut-off and band alike: the same cases get the same answers", async () => {
  const plain = await calibrate(folder, options);
  const shifted = await calibrate(folder, { ...options, prevalence: 0.1 });
  assert.deepEqual(shifted.calibration.prevalence, { training: 0.5, site: 0.1 });
  assert.deepEqual(shifted.prevalence, { training: 0.5, site: 0.1 });
  assert.ok(shifted.cutOff.value < plain.cutOff.value);
  const within = (a: number, b: number) => assert.ok(Math.abs(a - b) < 0.02, `${a} ${b}`);
  within(shifted.atTrainingPrevalence.cutOff, plain.cutOff.value);
  within(atPrevalence(shifted.cutOff.value, { training: 0.1, site: 0.5 }), plain.cutOff.value);
  for (const figure of ["sensitivity", "specificity", "inconclusive"] as const) {
    assert.deepEqual(shifted.found[figure], plain.found[figure], figure);
  }
});

test("cut-off and band by other rules, and a calibration that is asked for", async () => {
  const file = await calibrate(folder, {
    ...options,
    cutOff: { by: "sensitivity", demanded: 0.95 },
    band: { by: "share", share: 0.1 },
    method: "isotonic",
  });
  assert.equal(file.calibration.method, "isotonic");
  assert.ok(file.found.sensitivity.value >= 0.95);
  assert.deepEqual([file.cutOff.chosenBy, file.cutOff.demanded], ["sensitivity", 0.95]);
  assert.match(file.inconclusiveBand.chosenBy, /^the 10 % closest/);
  const none = await calibrate(folder, { ...options, cutOff: { by: "cost", demanded: 3 }, band: { by: "none" } });
  assert.deepEqual([none.inconclusiveBand.low, none.inconclusiveBand.high], [none.cutOff.value, none.cutOff.value]);
  assert.equal(none.cutOff.demanded, 3);
});

test("by cross-validation, every case of the training part counts once, scored by a head that has not seen it", async () => {
  const schedule = { ...PAPER_OPTIONS.schedule, iterations: 300, minibatch: 20 };
  const { scores: other } = await calibrate(folder, options);
  await plantHead(12, { ...PAPER_OPTIONS, schedule }, 300);
  const told: [number, number][] = [];
  const file = await calibrate(folder, {
    ...options,
    on: "cross-validation",
    onProgress: (...each) => told.push(each),
  });
  const { training } = (await readSplit(folder)).parts;
  assert.deepEqual([...file.scores.ids].sort(), [...training].sort());
  assert.equal(file.calibration.n, training.length);
  assert.match(file.calibration.fittedOn, /^120 cases of the training part, by cross-validation$/);
  assert.deepEqual(
    [told[0], told.at(-1)],
    [
      [0, 5],
      [5, 5],
    ],
  );
  assert.ok(!file.scores.ids.some((id) => other.ids.includes(id)));
  assert.ok(file.found.sensitivity.value + file.found.specificity.value > 1.5);
  await plantHead(12);
});

test("what cannot be calibrated is refused by code", async (t) => {
  const now = await readSplit(folder);
  t.after(async () => {
    await writeWorkFile(folder, FILES.split, now);
    await plantHead(12);
  });
  await plantHead(-12);
  await assert.rejects(calibrate(folder, options), { code: "HEAD_USELESS" });
  await plantHead(0);
  await assert.rejects(calibrate(folder, options), { code: "HEAD_USELESS" });
  await plantHead(12);
  const perfect = { by: "demand", sensitivity: 1, specificity: 1 } as const;
  await calibrate(folder, { ...options, band: perfect }).catch((error) => assert.equal(error.code, "BAND_UNREACHABLE"));
  const all = now.parts.validation;
  for (const [kept, code] of [
    [[], "PART_EMPTY"],
    [all.slice(0, 18), "TOO_FEW_CASES"],
    [all.filter((_, i) => i % 2 === 0), "ONE_CLASS_ONLY"],
  ] as const) {
    await writeWorkFile(folder, FILES.split, { ...now, parts: { ...now.parts, validation: kept } });
    await assert.rejects(calibrate(folder, options), { code });
  }
});
