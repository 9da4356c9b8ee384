import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm, stat, truncate, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { EMBEDDED_BACKBONE, ensureBackbone } from "./backbone.ts";
import { foldConvolution } from "./keras-weights.ts";

const cacheDir = await mkdtemp(join(tmpdir(), "redspot-backbone-"));
after(() => rm(cacheDir, { recursive: true }));

test("the embedded backbone is made once, to the bytes of its hash, and says what it is", async () => {
  const progress: number[] = [];
  const [first, rival] = await Promise.all([
    ensureBackbone({ cacheDir, onProgress: (done, of) => progress.push(done / of) }),
    ensureBackbone({ cacheDir }),
  ]);
  assert.equal(first.path, rival.path);
  assert.deepEqual(first.inputScaling, { min: 0, max: 1 });
  assert.equal(first.name, EMBEDDED_BACKBONE.name);
  assert.equal(progress.at(-1), 1);
  assert.deepEqual(progress, progress.toSorted());
  assert.deepEqual(
    await readdir(join(cacheDir, "backbones")),
    [`${EMBEDDED_BACKBONE.sha256}.onnx`],
    "nothing else is left",
  );

  const long = new Date(0);
  await utimes(first.path, long, long);
  const again = await ensureBackbone({ cacheDir, onProgress: () => assert.fail("it is not made again") });
  assert.deepEqual(again, first);
  assert.equal((await stat(first.path)).mtimeMs, 0);
});

test("a damaged embedded backbone is noticed and made again", async () => {
  const { path } = await ensureBackbone({ cacheDir });
  await truncate(path, 1000);
  await ensureBackbone({ cacheDir });
  assert.ok((await stat(path)).size > 80_000_000);
});

test("another backbone is refused where it is not in the cache, or not what its name says", async () => {
  const sha256 = "a".repeat(64);
  await assert.rejects(ensureBackbone({ cacheDir, sha256 }), { code: "BACKBONE_UNKNOWN" });
  const { path } = await ensureBackbone({ cacheDir });
  await copyFile(path, join(cacheDir, "backbones", `${sha256}.onnx`));
  await assert.rejects(ensureBackbone({ cacheDir, sha256 }), { code: "BACKBONE_HASH_MISMATCH" });
});

test("folding lays kernels out for ONNX and takes the batch normalisation in", () => {
  const tensors: Record<string, number[]> = {
    "c/kernel": [1, 2, 3, 4, 5, 6, 7, 8],
    "b/beta": [0.5, -0.5],
    "b/moving_mean": [2, 4],
    "b/moving_variance": [0.25 - 1e-3, 4 - 1e-3],
  };
  const layer = {
    kind: "convolution",
    name: "c",
    batchNormalization: "b",
    input: "input",
    stride: 1,
    padding: "same",
  } as const;
  const weights = { tensor: (name: string) => Float32Array.from(tensors[name]!) };
  const folded = foldConvolution(weights, { ...layer, inputChannels: 2, filters: 2, kernel: [1, 2] });
  // Kernel by place, in, out: [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]; scales 2 and 0.5.
  const near = (found: Float32Array, expected: number[]) =>
    assert.ok(
      expected.length === found.length && expected.every((value, i) => Math.abs(value - found[i]!) < 1e-5),
      `${found}`,
    );
  near(folded.kernel, [2, 10, 6, 14, 1, 3, 2, 4]);
  near(folded.bias, [0.5 - 2 * 2, -0.5 - 4 * 0.5]);
  tensors["b/moving_variance"] = [-1, 1];
  assert.throws(() => foldConvolution(weights, { ...layer, inputChannels: 2, filters: 2, kernel: [1, 2] }), {
    code: "WEIGHTS_UNEXPECTED",
  });
});
