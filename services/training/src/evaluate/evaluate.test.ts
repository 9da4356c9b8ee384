import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FEATURE_COUNT, INPUT_SIZE } from "@redspot/model";
import { readSplit } from "../work-folder.ts";
import { evaluate, type TrainedModel } from "./evaluate.ts";
import { readEvaluation } from "./evaluation-file.ts";
import { type Planted, plantFolder } from "./planted-folder.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-evaluate-"));
after(() => rm(folder, { recursive: true }));

const head = { weights: new Float32Array(FEATURE_COUNT), bias: -1 };
head.weights[0] = 1;
const model: TrainedModel = {
  head,
  headSha256: "a".repeat(64),
  calibration: { method: "platt", slope: 1.5, intercept: 0 },
  calibrationSha256: "b".repeat(64),
  cutOff: 0.5,
  band: { low: 0.45, high: 0.55 },
};
const now = () => new Date("2026-01-02T03:04:05Z");

async function evaluated(name: string, planted: Planted, part: "testing" | "final" = "final") {
  const work = join(folder, name);
  await plantFolder(work, planted);
  return { work, evaluation: await evaluate(work, model, { part, now }) };
}

test("figures with their intervals, by subgroup, without an alarm where nothing was planted", async () => {
  const { work, evaluation } = await evaluated("plain", {});
  assert.deepEqual(await readEvaluation(work), evaluation);
  const { auc, sensitivity, specificity, predictiveValues, subgroups, shortcuts, warnings } = evaluation;
  assert.deepEqual([evaluation.fractures, evaluation.noFractures], [30, 30]);
  assert.ok(auc.value > 0.8 && auc.low < auc.value && auc.method.startsWith("DeLong"));
  assert.ok(sensitivity.n === 30 && specificity.method.startsWith("Wilson"));
  assert.equal(predictiveValues.prevalence, 0.5);
  assert.deepEqual(
    shortcuts.filter(({ asGood }) => asGood),
    [],
  );
  assert.ok(!warnings.some((warning) => /LEAK/.test(warning)), warnings.join("\n"));

  const groups = (attribute: string) => subgroups.filter((one) => one.attribute === attribute);
  assert.deepEqual(
    groups("sex").map(({ value, tooFew }) => [value, tooFew]),
    [
      ["F", false],
      ["M", true],
    ],
  );
  assert.deepEqual(
    groups("subtype").map(({ value, fractures, specificity }) => [value, fractures, specificity]),
    [
      ["Colles", 15, undefined],
      ["not known", 15, undefined],
    ],
  );
  for (const attribute of ["side", "age band", "sex", "manufacturer"]) {
    assert.equal(
      groups(attribute).reduce((sum, one) => sum + one.fractures + one.noFractures, 0),
      60,
      attribute,
    );
  }
  assert.ok(warnings.some((warning) => /subgroups have too few cases/.test(warning)));
});

test("a flag burnt into every image with a fracture is found, and said before any figure", async () => {
  const flag = (pixels: Float32Array, fracture: boolean) => {
    for (let y = 10; fracture && y < 34; y++) pixels.fill(1, y * INPUT_SIZE + 10, y * INPUT_SIZE + 34);
  };
  const { evaluation } = await evaluated("flag", { pixels: flag });
  const found = evaluation.shortcuts.filter(({ asGood }) => asGood).map(({ name }) => name);
  assert.ok(found.includes("border brightness") && found.includes("grey histogram"), found.join());
  assert.match(evaluation.warnings[0]!, /^THE DATA LEAK\./);
});

test("a flag that was removed, but only from those with a fracture, is found by what was removed", async () => {
  const facts = (fracture: boolean) => ({ annotationPixels: fracture ? 400 : 0 });
  const { evaluation } = await evaluated("removed", { facts });
  assert.deepEqual(
    evaluation.shortcuts.filter(({ asGood }) => asGood).map(({ name }) => name),
    ["removed annotation"],
  );
});

test("images with a fracture that are all larger, or from one machine, are found", async () => {
  const larger = await evaluated("larger", { facts: (fracture, n) => ({ rows: (fracture ? 2400 : 2000) + (n % 7) }) });
  assert.deepEqual(
    larger.evaluation.shortcuts.filter(({ asGood }) => asGood).map(({ name }) => name),
    ["image size"],
  );
  const machine = await evaluated("machine", {
    facts: (fracture) => ({ manufacturer: fracture ? "Maker A" : "Maker B" }),
  });
  assert.match(machine.evaluation.warnings[0]!, /LEAK.*equipment alone/);
});

test("a shortcut that the model beats is still as good where the model is no better than it", async () => {
  const greyer = (pixels: Float32Array, fracture: boolean) => {
    if (fracture) for (let at = 0; at < pixels.length; at++) pixels[at]! += 0.02;
  };
  const { evaluation } = await evaluated("blind", { pixels: greyer, apart: 0.2 });
  assert.ok(evaluation.shortcuts.some(({ name, asGood }) => name === "grey histogram" && asGood));
});

test("every use of the final set is noted before its figures are known; the testing part may be used at will", async () => {
  const { work, evaluation } = await evaluated("uses", {});
  assert.deepEqual(evaluation.finalSetUses, { evaluations: 1, models: 1 });
  const second = await evaluate(work, model, { part: "final", now });
  assert.deepEqual(second.finalSetUses, { evaluations: 2, models: 1 });
  const other = { ...model, headSha256: "c".repeat(64) };
  const third = await evaluate(work, other, { part: "final", now });
  assert.deepEqual(third.finalSetUses, { evaluations: 3, models: 2 });
  assert.ok(third.warnings.some((warning) => /used for 2 models/.test(warning)));
  assert.equal((await readSplit(work)).finalUses.length, 3);

  const testing = await evaluate(work, model, { part: "testing", now });
  assert.equal(testing.finalSetUses, undefined);
  assert.equal((await readSplit(work)).finalUses.length, 3);
});

test("predictive values are those of the site's prevalence", async () => {
  const work = join(folder, "plain");
  const at = async (prevalence: number) =>
    (await evaluate(work, model, { part: "testing", now, prevalence })).predictiveValues;
  const [rare, common] = [await at(0.1), await at(0.5)];
  assert.ok(rare.positive.value < common.positive.value && rare.negative.value > common.negative.value);
  const shifted = { ...model, calibration: { ...model.calibration, prevalence: { training: 0.5, site: 0.2 } } };
  const own = await evaluate(work, shifted as TrainedModel, { part: "testing", now });
  assert.equal(own.predictiveValues.prevalence, 0.2);
});

test("a part of one class only is refused", async () => {
  const work = join(folder, "one-class");
  await plantFolder(work, { facts: () => ({ label: "fracture" }) });
  await assert.rejects(evaluate(work, model, { part: "testing", now }), { code: "EVALUATION_IMPOSSIBLE" });
});
