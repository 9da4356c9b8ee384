import assert from "node:assert/strict";
import { createPrivateKey, verify } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { EMBEDDED_BACKBONE } from "./backbone.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Manifest } from "./manifest.ts";
import { ModelError, type ModelErrorCode } from "./model-error.ts";
import {
  assertUsableIn,
  ensurePackageBackbone,
  loadModelPackage,
  type PackageContent,
  writeModelPackage,
} from "./model-package.ts";
import { fingerprintOf, makeSigningKeys, readPublicKeys } from "./signature.ts";
import { CACHE_DIR, makeHead } from "./test-support.ts";

const { name, sha256, inputScaling } = EMBEDDED_BACKBONE;
const estimate = { value: 0.9, low: 0.8, high: 0.95, n: 100, method: "Wilson" };
const content: PackageContent = {
  manifest: {
    name: "tested",
    version: "1.0.0",
    intendedUse: "demonstration",
    statement: "For a test.",
    backbone: { name, sha256, inputScaling },
    preprocessingVersion: "a",
    calibration: { method: "platt", slope: 2, intercept: -1, n: 100, fittedOn: "drawn" },
    cutOff: { value: 0.4, chosenBy: "youden", chosenOn: "drawn" },
    inconclusiveBand: { low: 0.3, high: 0.5, chosenBy: "hand" },
    evaluation: {
      data: "drawn",
      part: "testing",
      fractures: 50,
      noFractures: 50,
      auc: estimate,
      sensitivity: estimate,
      specificity: estimate,
      inconclusive: estimate,
      subgroups: [],
      shortcuts: [],
    },
    thresholds: [],
    provenance: { seed: 1 },
  },
  head: makeHead(),
  scores: '{"logits":[0.5],"fracture":[true]}',
};

const folder = await mkdtemp(join(tmpdir(), "redspot-package-"));
after(() => rm(folder, { recursive: true }));
let packageHash: string;
beforeEach(async () => {
  packageHash = await writeModelPackage(folder, content);
});

const refuses = (promise: Promise<unknown>, code: ModelErrorCode, ...parts: string[]) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.code, code);
    for (const part of parts) assert.ok(error.message.includes(part), `"${error.message}" names ${part}`);
    return true;
  });

async function alterManifest(alter: (manifest: Manifest) => void): Promise<void> {
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  alter(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

test("what was written is what is loaded", async () => {
  const loaded = await loadModelPackage(folder, { expectedPreprocessingVersion: "a" });
  assert.equal(loaded.packageHash, packageHash);
  assert.deepEqual(loaded.head.weights, content.head.weights);
  assert.equal(loaded.head.bias, content.head.bias);
  assert.equal(loaded.manifest.intendedUse, "demonstration");
  assert.equal(loaded.calibrate(0.5), 0.5);
  assert.equal(loaded.calibrate(1.5), 1 / (1 + Math.exp(-2)));
});

test("the package's hash does not depend on how the manifest is laid out, and changes with what it says", async () => {
  await alterManifest(() => {});
  assert.equal((await loadModelPackage(folder)).packageHash, packageHash);
  await alterManifest((manifest) => {
    manifest.cutOff.value = 0.41;
  });
  assert.notEqual((await loadModelPackage(folder)).packageHash, packageHash);
});

test("a head or scores that are not those of the manifest are refused, naming the file and both hashes", async () => {
  for (const file of ["head.f32", "scores.json"]) {
    await writeModelPackage(folder, content);
    const { manifest } = await loadModelPackage(folder);
    const bytes = await readFile(join(folder, file));
    bytes[100 % bytes.length]! ^= 1;
    await writeFile(join(folder, file), bytes);
    const expected = file === "head.f32" ? manifest.head.sha256 : manifest.evaluation.scores.sha256;
    await refuses(loadModelPackage(folder), "PACKAGE_HASH_MISMATCH", file, expected);
  }
});

test("another preprocessing version is refused, naming both", async () => {
  const load = loadModelPackage(folder, { expectedPreprocessingVersion: "b-2" });
  await refuses(load, "PREPROCESSING_MISMATCH", "preprocessing a", "b-2");
});

test("a missing file, a manifest that is not JSON, or one that breaks the schema is refused by name", async () => {
  await rm(join(folder, "scores.json"));
  await refuses(loadModelPackage(folder), "PACKAGE_UNREADABLE", "scores.json");
  await writeFile(join(folder, "manifest.json"), "{");
  await refuses(loadModelPackage(folder), "PACKAGE_INVALID", "manifest.json");

  await writeModelPackage(folder, content);
  const violations: [string, (manifest: Manifest) => void][] = [
    ["head.file", (m) => Object.assign(m.head, { file: "../head.f32" })],
    ["intendedUse", (m) => Object.assign(m, { intendedUse: "both" })],
    ["inconclusiveBand", (m) => Object.assign(m.cutOff, { value: 0.9 })],
    ["evaluation.auc", (m) => Object.assign(m.evaluation.auc, { low: 0.99 })],
    ["calibration.slope", (m) => Object.assign(m.calibration, { slope: -1 })],
    ["cutOff.demanded", (m) => Object.assign(m.cutOff, { chosenBy: "sensitivity" })],
    ["intendedUse", (m) => Object.assign(m, { intendedUse: "clinical" })],
    ["evaluation.finalSetUses", (m) => Object.assign(m.evaluation, { part: "final" })],
    ["thresholds", (m) => Object.assign(m, { thresholds: [{ measure: "auc", demanded: 0.95, found: 0.9 }] })],
    ["unknown", (m) => Object.assign(m, { unknown: 1 })],
  ];
  for (const [path, violate] of violations) {
    await writeModelPackage(folder, content);
    await alterManifest(violate);
    await refuses(loadModelPackage(folder), "PACKAGE_INVALID", path);
  }
});

test("a demonstration package is refused in clinical mode, a clinical one is not", () => {
  const manifest = (intendedUse: "demonstration" | "clinical") => ({ ...content.manifest, intendedUse }) as Manifest;
  assert.throws(() => assertUsableIn("clinical", manifest("demonstration")), { code: "NOT_FOR_CLINICAL_USE" });
  assertUsableIn("clinical", manifest("clinical"));
  assertUsableIn("demonstration", manifest("demonstration"));
  assertUsableIn("demonstration", manifest("clinical"));
});

test("a package gets its own backbone, and one that contradicts it is refused", async () => {
  const { manifest } = await loadModelPackage(folder);
  assert.equal((await ensurePackageBackbone(manifest, { cacheDir: CACHE_DIR })).sha256, sha256);
  const scaled = { ...manifest, backbone: { ...manifest.backbone, inputScaling: { min: -1, max: 1 } } };
  await refuses(ensurePackageBackbone(scaled, { cacheDir: CACHE_DIR }), "BACKBONE_MISMATCH", '"min":-1', '"min":0');
});

const pair = makeSigningKeys();
const signingKey = createPrivateKey(pair.privateKey);
const trustedKeys = readPublicKeys(pair.publicKey);
const others = readPublicKeys(makeSigningKeys().publicKey);

test("a signed package loads where its key is trusted, and says who signed it", async () => {
  assert.equal(
    await writeModelPackage(folder, content, signingKey),
    packageHash,
    "the signature is beside the package",
  );
  const loaded = await loadModelPackage(folder, { trustedKeys });
  assert.equal(loaded.signedBy, fingerprintOf(trustedKeys[0]!));
  assert.equal(
    (await loadModelPackage(folder, { trustedKeys: [...others, ...trustedKeys] })).signedBy,
    loaded.signedBy,
  );
  assert.equal((await loadModelPackage(folder)).signedBy, undefined, "nobody asked for it");

  const { signature } = JSON.parse(await readFile(join(folder, "signature.json"), "utf8"));
  const signed = Buffer.from(canonicalJson(loaded.manifest));
  assert.ok(verify(null, signed, trustedKeys[0]!, Buffer.from(signature, "base64")), "over the canonical manifest");
});

test("where a key is trusted, a package without, with another's or with a stale signature is refused", async () => {
  await refuses(loadModelPackage(folder, { trustedKeys }), "SIGNATURE_MISSING", fingerprintOf(trustedKeys[0]!));
  await writeModelPackage(folder, content, signingKey);
  await refuses(
    loadModelPackage(folder, { trustedKeys: others }),
    "SIGNATURE_INVALID",
    fingerprintOf(trustedKeys[0]!),
    fingerprintOf(others[0]!),
  );
  await alterManifest((manifest) => {
    manifest.cutOff.value = 0.31;
  });
  await refuses(loadModelPackage(folder, { trustedKeys }), "SIGNATURE_INVALID", "altered");
  await writeFile(join(folder, "signature.json"), "{}");
  await refuses(loadModelPackage(folder, { trustedKeys }), "SIGNATURE_INVALID", "signature.json");
  await writeModelPackage(folder, content);
  await refuses(loadModelPackage(folder, { trustedKeys }), "SIGNATURE_MISSING");
});

test("a public key is PEM or the base64 in it; anything else is refused and not repeated", () => {
  const base64 = pair.publicKey.split("\n")[1]!;
  assert.equal(fingerprintOf(readPublicKeys(`${base64}\n`)[0]!), fingerprintOf(trustedKeys[0]!));
  assert.equal(readPublicKeys(pair.publicKey + makeSigningKeys().publicKey).length, 2);
  for (const text of ["", "no key", pair.privateKey, `${pair.publicKey}${pair.privateKey}`]) {
    assert.throws(
      () => readPublicKeys(text),
      (error: ModelError) =>
        error.code === "SIGNING_KEY_INVALID" && !error.message.includes(text.slice(30, 60) || "\0"),
    );
  }
});
