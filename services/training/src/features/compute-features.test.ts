import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ensureBackbone, FEATURE_COUNT, openEngine } from "@redspot/model";
import { toThreeChannels } from "@redspot/pixels";
import { startProgram, waitUntil } from "@redspot/testbed";
import { AS_IT_IS, augmentationsOf } from "../augment/augmentation.ts";
import { warp } from "../augment/warp.ts";
import { CACHE_DIR, drawInput, makeWorkFolder } from "../test-support.ts";
import { FILES, inputPath, openFeatures, readSplit } from "../work-folder.ts";
import { computeFeatures } from "./compute-features.ts";
import { planFeatures } from "./plan-features.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-features-"));
const backbone = await ensureBackbone({ cacheDir: CACHE_DIR });
const engine = await openEngine({
  engine: "onnxruntime",
  device: "cpu",
  threads: 2,
  backbonePath: backbone.path,
  head: { weights: new Float32Array(FEATURE_COUNT), bias: 0 },
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const sizes = { training: 2, validation: 1, testing: 1, final: 1 };
const IMAGES = 2 * 8 + 3;

async function compute(work: string, cases: Awaited<ReturnType<typeof makeWorkFolder>>) {
  const told: number[][] = [];
  const onProgress = (...progress: number[]) => void told.push(progress);
  const plan = planFeatures(cases, await readSplit(work));
  await computeFeatures(plan, { work, seed: 1, engine, backbone, threads: 1, onProgress });
  return {
    told,
    bytes: await readFile(join(work, FILES.features)),
    rows: await readFile(join(work, FILES.featureRows)),
  };
}

test("each part's features are those of its images by the engine that serves", async () => {
  const work = join(folder, "parts");
  const cases = await makeWorkFolder(work, sizes);
  const { told } = await compute(work, cases);
  assert.deepEqual(told.at(-1), [IMAGES, IMAGES, IMAGES]);

  const features = await openFeatures(work);
  const training = await features.part("training");
  assert.equal(training.ids.length, 16);
  const augmentation = augmentationsOf(cases[1]!.id, 1)[6]!;
  const image = { pixels: warp(drawInput(1), augmentation) };
  const alone = (await engine.run(toThreeChannels([image], backbone.inputScaling), 1)).features;
  const row = training.features.subarray(14 * FEATURE_COUNT, 15 * FEATURE_COUNT);
  for (const [i, value] of alone.entries()) assert.ok(Math.abs(value - row[i]!) < 1e-4, `feature ${i}`);

  const final = await features.part("final");
  assert.deepEqual(final.ids, [cases[4]!.id]);
  const plain = { pixels: drawInput(4) };
  assert.deepEqual((await engine.run(toThreeChannels([plain], backbone.inputScaling), 1)).features, final.features);
  assert.deepEqual(features.rows.rows.at(-1), { id: cases[4]!.id, ...AS_IT_IS });
});

test("a second run computes nothing and ends with the same bytes; what is damaged is computed again", async () => {
  const work = join(folder, "again");
  const cases = await makeWorkFolder(work, sizes);
  const first = await compute(work, cases);
  const second = await compute(work, cases);
  assert.deepEqual(second.told.at(-1), [IMAGES, IMAGES, 0]);
  assert.ok(second.bytes.equals(first.bytes) && second.rows.equals(first.rows));

  const cached = join(work, "features/cache");
  const damaged = join(cached, (await readdir(cached))[0]!);
  await writeFile(damaged, new Uint8Array((await readFile(damaged)).length));
  const third = await compute(work, cases);
  assert.ok(third.told.at(-1)![2]! > 0);
  assert.ok(third.bytes.equals(first.bytes));
});

test("augmented before it was split, every case has eight images", async () => {
  const cases = (await makeWorkFolder(join(folder, "published"), sizes)).slice(0, 2);
  const split = await readSplit(join(folder, "published"));
  const [a, b] = cases.map(({ id }) => id);
  const parts = { training: [`${a}-0`, `${b}-7`], validation: [`${a}-1`], testing: [], final: [] };
  const plan = planFeatures(cases, { ...split, asPublished: true, parts });
  assert.deepEqual(
    plan.map(({ augmentations }) => augmentations.length),
    [8, 8],
  );
});

test("an input that is not the one it is named after is refused, and so is a full disk", async () => {
  const work = join(folder, "wrong");
  const cases = await makeWorkFolder(work, { training: 0, validation: 2, testing: 0, final: 0 });
  const right = await readFile(inputPath(work, cases[0]!.id));
  await writeFile(inputPath(work, cases[0]!.id), await readFile(inputPath(work, cases[1]!.id)));
  await assert.rejects(compute(work, cases), { code: "WORK_FILE_INVALID", message: new RegExp(cases[0]!.id) });
  await writeFile(inputPath(work, cases[0]!.id), right);
  await symlink("/dev/full", join(work, `${FILES.features}.half`));
  await assert.rejects(compute(work, cases), { code: "DISK_FULL" });
});

test("killed and started again, it ends with the bytes of a run that was not", async () => {
  const many = { training: 3, validation: 4, testing: 0, final: 0 };
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const start = (work: string) =>
    startProgram({
      name: "redspot-train features",
      command: process.execPath,
      args: [main, "features", "--work", work, "--cache", CACHE_DIR, "--engine-threads", "2"],
      logFile: join(folder, "features.log"),
    });
  const [killed, whole] = [join(folder, "killed"), join(folder, "whole")];
  await makeWorkFolder(killed, many);
  await makeWorkFolder(whole, many);

  const first = await start(killed);
  const finished = () => readdir(join(killed, "features/cache")).then((files) => files.filter(isWhole).length);
  await waitUntil(async () => (await finished()) >= 2, {
    what: "two cases are done",
    programs: [first],
    intervalMilliseconds: 5,
  });
  first.kill("SIGKILL");
  assert.equal((await first.ended).signal, "SIGKILL");
  assert.ok((await finished()) < 7, "it was killed too late");
  assert.ok(!(await readdir(join(killed, "features"))).includes("features.f32"));

  for (const work of [killed, whole]) {
    const run = await start(work);
    assert.deepEqual(await run.ended, { code: 0, signal: null }, run.tail());
  }
  assert.match(
    await readFile(join(folder, "features.log"), "utf8"),
    /28 images of 7 cases: \d+ computed, [1-9]\d* found in the cache/,
  );
  for (const file of [FILES.features, FILES.featureRows]) {
    assert.ok((await readFile(join(killed, file))).equals(await readFile(join(whole, file))), file);
  }
});

const isWhole = (file: string) => file.endsWith(".f32");
