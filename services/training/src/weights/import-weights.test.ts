/**
 * The published file cannot be had here. A file of its very layout stands in for it, with weights made by a formula;
 * what they must give is computed by TensorFlow.js from Keras' own graph, from the formula and not from the file.
 */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ensureBackbone } from "@redspot/model";
import { importWeights } from "./import-weights.ts";
import { openKerasFile } from "./keras-file.ts";
import { kerasFeatures, proveBackbone } from "./prove-backbone.ts";
import { kerasLayers, SYNTHETIC, writeKerasFile } from "./synthetic-weights.ts";

const folder = await mkdtemp(join(tmpdir(), "redspot-weights-"));
const file = join(folder, "weights.h5");
let layers: Awaited<ReturnType<typeof kerasLayers>>;
before(async () => {
  layers = await kerasLayers();
  await writeKerasFile(file, layers);
});
after(() => rm(folder, { recursive: true }));

test("an imported file is a backbone that takes -1 to 1, in the cache by its hash, and does what Keras does", async (t) => {
  const { backbone, official, md5, difference } = await importWeights({ file, cacheDir: folder });
  assert.deepEqual(await ensureBackbone({ cacheDir: folder, sha256: backbone.sha256 }), backbone);
  assert.deepEqual(backbone.inputScaling, { min: -1, max: 1 });
  assert.equal(official, false, "and it does not pass for the published one");
  assert.match(backbone.source, new RegExp(`not the published one, MD5 ${md5}`));
  t.diagnostic(`largest difference ${difference}`);
  assert.ok(difference < 1e-5, `${difference}`);

  // The golden values, of the formula alone: TensorFlow.js 4.22 (WASM) on Keras' graph.
  const golden = await kerasFeatures(SYNTHETIC, backbone.inputScaling);
  for (const [at, value] of GOLDEN) assert.ok(Math.abs(golden[at]! - value) < 1e-4 * value, `${at}: ${golden[at]}`);
  assert.ok((await proveBackbone(backbone, SYNTHETIC)) < 1e-5, "the file gives what the formula gives");
});

/** Feature's place (the second image's come after 2,048) and value. */
const GOLDEN: [number, number][] = [
  [11, 2.2041540145874023],
  [140, 2.831280469894409],
  [386, 0.8001854419708252],
  [638, 0.30106160044670105],
  [4087, 0.17558613419532776],
];

test("a backbone of other weights is not proved: one shift of 94 a little off is enough", async () => {
  const { backbone } = await importWeights({ file, cacheDir: folder });
  const altered = {
    tensor: (name: string, shape: readonly number[]) =>
      SYNTHETIC.tensor(name, shape).map((value) => (name === "batch_normalization_50/beta" ? value + 0.1 : value)),
  };
  await assert.rejects(proveBackbone(backbone, altered), { code: "WEIGHTS_UNPROVEN" });
});

test("weights that leave the network dead are refused, and their backbone does not stay", async () => {
  const dead = join(folder, "dead.h5");
  const cacheDir = join(folder, "dead");
  await writeKerasFile(dead, layers, { values: (_, shape) => new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  await assert.rejects(importWeights({ file: dead, cacheDir }), { code: "WEIGHTS_UNPROVEN" });
  assert.deepEqual(await readdir(join(cacheDir, "backbones")), []);
});

test("layers are found by their order, from whatever number Keras began to count", async () => {
  const shifted = join(folder, "shifted.h5");
  // A second model of one session, and names without a number for the first: both occur.
  const later = (name: string) =>
    name.replace(/(conv2d|batch_normalization)_(\d+)/, (_, kind, n) => (n === "1" ? kind : `${kind}_${Number(n) - 1}`));
  await writeKerasFile(shifted, layers, { rename: later });
  const keras = await openKerasFile(shifted);
  assert.deepEqual(
    keras.weights.tensor("conv2d_94/kernel", [1, 1, 2048, 192]),
    SYNTHETIC.tensor("conv2d_94/kernel", [1, 1, 2048, 192]),
  );
  keras.close();
  await rm(shifted);
});

test("what is no such file is refused by name, and nothing is left in the cache", async () => {
  const cacheDir = join(folder, "cache");
  const refused = async (path: string, message: RegExp) =>
    assert.rejects(importWeights({ file: path, cacheDir }), (error: Error & { code: string }) => {
      assert.equal(error.code, "WEIGHTS_UNREADABLE");
      assert.match(error.message, message);
      return true;
    });
  await refused(join(folder, "none.h5"), /none\.h5: cannot be read \(ENOENT\)/);
  await writeFile(join(folder, "text.h5"), "not HDF5 at all");
  await refused(join(folder, "text.h5"), /is no HDF5 file/);
  await writeKerasFile(join(folder, "few.h5"), layers.slice(0, 40));
  await refused(join(folder, "few.h5"), /has \d+ layers conv2d where Inception v3 has 94/);
  const misshapen = layers.map((layer) =>
    layer.name === "conv2d_1" ? { ...layer, weights: [{ name: "conv2d_1/kernel", shape: [3, 3, 3, 31] }] } : layer,
  );
  await writeKerasFile(join(folder, "other.h5"), misshapen);
  await refused(
    join(folder, "other.h5"),
    /wanted conv2d_1\/kernel of shape 3 x 3 x 3 x 32, found one of shape 3 x 3 x 3 x 31/,
  );
  assert.deepEqual(await readdir(join(cacheDir, "backbones")), []);
});
