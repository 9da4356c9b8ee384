import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FEATURE_COUNT, INPUT_SIZE } from "@redspot/model";
import { z } from "zod";
import {
  type Case,
  type CasesFile,
  type Excluded,
  type FeatureRows,
  FILES,
  type FinalUse,
  inputPath,
  type LeakFinding,
  openFeatures,
  PARTS,
  type PartFeatures,
  type PartName,
  readCases,
  readInput,
  readSplit,
  readWorkFile,
  type Split,
  writeWorkFile,
} from "./work-folder.ts";

const struck: Excluded = { row: 4, reason: "STRUCK", stage: "kept" };

const work = await mkdtemp(join(tmpdir(), "redspot-work-"));
after(() => rm(work, { recursive: true }));

const idOf = (n: number) => n.toString(16).padStart(32, "0");
const caseOf = (n: number): Case => ({
  id: idOf(n),
  patient: idOf(100 + n),
  label: n % 2 === 1 ? "fracture" : "no fracture",
  view: "lateral",
  side: null,
  ageBand: "60-79",
  sex: "F",
  manufacturer: null,
  subtype: null,
  order: n,
  rows: 2000,
  columns: 1500,
  annotationPixels: 0,
  window: "linear",
  row: n,
});
const cases: CasesFile = {
  format: "redspot-cases/1",
  preprocessingVersion: "1",
  source: "made up",
  cases: [0, 1, 2].map(caseOf),
  excluded: [struck],
};
const leak: LeakFinding = {
  kind: "near-duplicate",
  a: idOf(1),
  b: idOf(2),
  parts: ["training", "final"],
  distance: 3,
};
const use: FinalUse = { evaluatedAt: "2017-11-01T12:00:00Z", headSha256: "0".repeat(64) };
const split: Split = {
  format: "redspot-split/1",
  seed: 1,
  ratios: { training: 0.8, validation: 0.1, testing: 0.1 },
  asPublished: false,
  parts: { training: [idOf(1)], validation: [idOf(0)], testing: [`${idOf(1)}-3`], final: [idOf(2)] },
  leftOut: [],
  findings: [leak],
  finalUses: [use],
};
const plain = { flip: false, rotation: 0, shiftX: 0, shiftY: 0, shear: 0, zoom: 0 };
const images = [[0, 0], ...[0, 1, 2, 3, 4, 5, 6, 7].map((k) => [1, k])] as [number, number][];
const rows: FeatureRows = {
  format: "redspot-features/1",
  preprocessingVersion: "1",
  backbone: { name: "a backbone", sha256: "0".repeat(64) },
  engine: { name: "onnxruntime", version: "1.0.0", device: "cpu" },
  seed: 1,
  rows: images.map(([n, augmentation]) => ({ id: idOf(n), augmentation, ...plain })),
};

test("a step that comes too early says which one has to run first", async () => {
  await assert.rejects(readCases(work), { code: "WORK_FILE_MISSING", message: /run redspot-train collect first/ });
  await assert.rejects(readSplit(work), { code: "WORK_FILE_MISSING", message: /run redspot-train split first/ });
  await assert.rejects(readInput(work, idOf(1)), { code: "WORK_FILE_MISSING" });
});

test("what is written is read again, and no half file is left", async () => {
  await writeWorkFile(work, FILES.cases, cases);
  await writeWorkFile(work, FILES.split, split);
  assert.deepEqual(await readCases(work), cases);
  assert.deepEqual(await readSplit(work), split);
  const anything = await readWorkFile(work, FILES.split, z.looseObject({ seed: z.int() }), "split");
  assert.equal(anything.seed, 1);
  assert.deepEqual((await readdir(work)).sort(), ["cases.json", "split.json"]);
});

test("a full disk is named, and what was there stays", async () => {
  // The kernel's own full disk.
  await symlink("/dev/full", join(work, `${FILES.cases}.0.half`));
  await assert.rejects(writeWorkFile(work, FILES.cases, { ...cases, cases: [] }), { code: "DISK_FULL" });
  assert.deepEqual(await readCases(work), cases);
  assert.deepEqual((await readdir(work)).sort(), ["cases.json", "split.json"]);
});

test("a file that was edited wrongly is named with what is wrong in it", async () => {
  const edited = join(work, "edited");
  await mkdir(edited);
  await writeFile(join(edited, FILES.cases), JSON.stringify({ ...cases, cases: [{ ...caseOf(1), label: "broken" }] }));
  await assert.rejects(readCases(edited), { code: "WORK_FILE_INVALID", message: /cases\[0\]\.label/ });
  await writeFile(join(edited, FILES.split), "{");
  await assert.rejects(readSplit(edited), { code: "WORK_FILE_INVALID", message: /not JSON/ });
});

test("an input of another size is refused", async () => {
  await mkdir(join(work, FILES.inputs));
  await writeWorkFile(work, join(FILES.inputs, `${idOf(1)}.f32`), new Uint8Array(4 * INPUT_SIZE ** 2));
  assert.equal((await readInput(work, idOf(1))).length, INPUT_SIZE ** 2);
  await writeFile(inputPath(work, idOf(1)), new Uint8Array(10));
  await assert.rejects(readInput(work, idOf(1)), { code: "WORK_FILE_INVALID" });
});

test("features come by part: training with its augmented images, the others as they are", async () => {
  await mkdir(join(work, "features"));
  await writeWorkFile(work, FILES.featureRows, rows);
  const values = Float32Array.from({ length: images.length * FEATURE_COUNT }, (_, at) => at);
  await writeWorkFile(work, FILES.features, new Uint8Array(values.buffer));
  const features = await openFeatures(work);
  const training: PartFeatures = await features.part("training");
  assert.deepEqual(training.ids, Array(8).fill(idOf(1)));
  assert.deepEqual([...training.labels], Array(8).fill(1));
  assert.deepEqual(training.features, values.subarray(FEATURE_COUNT));
  const validation = await features.part("validation");
  assert.deepEqual([validation.ids, [...validation.labels]], [[idOf(0)], [0]]);
  assert.deepEqual((await features.part("testing")).features[0], 4 * FEATURE_COUNT);
  const last: PartName = PARTS[3];
  await assert.rejects(features.part(last), { code: "WORK_FILE_INVALID", message: /Run features again/ });
});
