import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertUsableIn, EMBEDDED_BACKBONE, FEATURE_COUNT, loadModelPackage, writeModelPackage } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describeDemonstration } from "./demonstration-package.ts";
import type { Cases } from "./extract-features.ts";
import { areaUnderCurve } from "./statistics/area-under-curve.ts";
import { PAPER_OPTIONS } from "./train/head-options.ts";
import { PAPER_SCHEDULE } from "./train/schedule.ts";
import { trainHead } from "./train/train-head.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-training-"));
after(() => rm(folder, { recursive: true }));

/** Features of which the first ten speak of the fracture, the louder the more severe. */
function drawCases(count: number, seed: number): Cases {
  const random = xoroshiro128plus(seed);
  const unit = () => uniformFloat64(random);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const severities = Float32Array.from(labels, (label) => (label === 1 ? unit() : Number.NaN));
  const features = Float32Array.from({ length: count * FEATURE_COUNT }, (_, at) => {
    const one = Math.floor(at / FEATURE_COUNT);
    return unit() + (labels[one] === 1 && at % FEATURE_COUNT < 10 ? 2 * severities[one]! : 0);
  });
  return { features, labels, severities };
}

const schedule = { ...PAPER_SCHEDULE, iterations: 400, minibatch: 20 };
const cases = { training: drawCases(200, 1), calibration: drawCases(100, 2), test: drawCases(100, 3) };

const { head } = await trainHead({ training: cases.training, options: { ...PAPER_OPTIONS, schedule }, seed: 1 });

function make() {
  return describeDemonstration({
    cases,
    head,
    backbone: { ...EMBEDDED_BACKBONE, path: "" },
    engine: { name: "onnxruntime", version: "1.0.0", device: "cpu" },
    schedule,
    seed: 1,
    softwareVersion: "0.0.0",
  });
}

test("a package that was made loads, and making it again gives the same bytes", async () => {
  for (const name of ["first", "second"]) await writeModelPackage(join(folder, name), make());
  const first = await loadModelPackage(join(folder, "first"), { expectedPreprocessingVersion: PREPROCESSING_VERSION });
  assert.equal((await loadModelPackage(join(folder, "second"))).packageHash, first.packageHash);
  for (const file of ["manifest.json", "head.f32", "scores.json"]) {
    assert.deepEqual(await readFile(join(folder, "first", file)), await readFile(join(folder, "second", file)), file);
  }
});

test("nobody can take it for clinical", () => {
  const { manifest } = make();
  assert.equal(manifest.intendedUse, "demonstration");
  assert.match(manifest.statement, /must not be used on patients/);
  assert.match(manifest.evaluation.data, /no measure of clinical performance/);
  const whole = { ...manifest, format: "redspot-model-package/2", head: {}, evaluation: {} } as never;
  assert.throws(() => assertUsableIn("clinical", whole), { code: "NOT_FOR_CLINICAL_USE" });
});

test("its figures follow from its scores, and get worse as fractures get fainter", () => {
  const { manifest, scores } = make();
  const { test: tested } = JSON.parse(scores) as { test: { logits: number[]; fracture: number[] } };
  const { value, low, high } = areaUnderCurve(tested.logits, Uint8Array.from(tested.fracture));
  assert.deepEqual(
    [manifest.evaluation.auc.value, manifest.evaluation.auc.low, manifest.evaluation.auc.high],
    [value, low, high],
  );
  assert.ok(value > 0.85 && value < 1, `${value}`);
  assert.ok(manifest.evaluation.sensitivity.value > 0.7);
  const thirds = manifest.provenance.sensitivityOnTestPhantomsBySeverity as Record<string, { value: number }>;
  assert.ok(thirds["0 to 1/3"]!.value < thirds["2/3 to 1"]!.value);
});
