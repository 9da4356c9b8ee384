/** The whole kit, from DICOM files to a signed package, on a few small phantoms. */
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { loadModelPackage, makeSigningKeys, readPublicKeys } from "@redspot/model";
import { PREPROCESSING_VERSION } from "@redspot/pixels";
import { EVALUATION_FILE } from "../evaluate/evaluation-file.ts";
import { kit } from "../kit.ts";
import { publish } from "../publish/publish.ts";
import { CACHE_DIR } from "../test-support.ts";
import { readCases, readSplit, writeWorkFile } from "../work-folder.ts";
import { type Reproduced, reproduce } from "./reproduce.ts";

const work = await mkdtemp(join(tmpdir(), "redspot-reproduce-"));
after(() => rm(work, { recursive: true }));
const out = join(work, "package");
const matrix = { rows: 700, columns: 500 };
const sizes = { split: 48, finalEach: 4, excluded: 4, ratios: "40:50:10", matrix };
const steps: string[] = [];

const again = (): Promise<Reproduced> =>
  reproduce({
    work,
    cacheDir: CACHE_DIR,
    sizes,
    seed: 1,
    iterations: 300,
    retest: 2,
    threads: 2,
    out,
    command: "a test",
    softwareVersion: "0.0.0",
    kit,
    onProgress: () => {},
    onStep: (step, seconds) => void (seconds === undefined && steps.push(step.split(" ")[0]!)),
  });

let first: Reproduced;
before(async () => {
  first = await again();
});

test("every step of the kit is run, in its order, and ends in a package that loads", async () => {
  assert.deepEqual(steps, ["phantoms", "collect", "split", "features", "train", "calibrate", "evaluate", "report"]);
  const { cases, excluded } = await readCases(work);
  assert.equal(cases.length, 56);
  assert.equal(excluded.length, 4, "plaster, growth plates, a frontal view, another body part");
  const loaded = await loadModelPackage(out, { expectedPreprocessingVersion: PREPROCESSING_VERSION });
  assert.equal(loaded.packageHash, first.made.packageHash);
  const { evaluation, intendedUse, statement, provenance } = loaded.manifest;
  assert.equal(intendedUse, "demonstration");
  assert.match(statement, /computer-drawn phantoms.*must not be used on patients/);
  assert.deepEqual([evaluation.part, evaluation.fractures, evaluation.noFractures], ["final", 4, 4]);
  assert.deepEqual(evaluation.finalSetUses, { evaluations: 1, models: 1 });
  assert.ok(evaluation.subgroups.length > 5 && evaluation.shortcuts.length === 6);
  assert.equal(first.evaluation.retest[0]?.n, 2);
  assert.deepEqual((provenance.training as { images: number }).images, 160);
});

test("the report says what it is, and shows the paper's figures", async () => {
  const html = await readFile(join(work, "report.html"), "utf8");
  assert.match(html, /Every image here was drawn by a computer/);
  assert.ok(html.includes("Figure 4") && html.includes("most doubtful") && html.includes("plaster cast"));
  const json = JSON.parse(await readFile(join(work, "report.json"), "utf8"));
  assert.equal(json.synthetic, true);
  assert.equal(json.evaluation.auc.value, first.evaluation.auc.value);
});

test("run again, it does nothing twice: the same package, and the final set still used once", async () => {
  const second = await again();
  assert.equal(second.made.packageHash, first.made.packageHash);
  assert.equal((await readSplit(work)).finalUses.length <= 1, true);
});

const given = {
  out: join(work, "other"),
  name: "site",
  version: "1.0.0",
  required: {},
  cacheDir: CACHE_DIR,
  softwareVersion: "0.0.0",
  command: "a test",
};
const keys = makeSigningKeys();
const signingKey = createPrivateKey(keys.privateKey);

test("a signed package loads where its key is trusted", async () => {
  await publish(work, { ...given, intendedUse: "demonstration", signingKey });
  const trustedKeys = readPublicKeys(keys.publicKey);
  assert.ok((await loadModelPackage(given.out, { trustedKeys })).signedBy);
});

test("phantoms never become a clinical package, and what else is missing is named", async () => {
  await assert.rejects(publish(work, { ...given, intendedUse: "clinical" }), (error: Error & { code: string }) => {
    assert.equal(error.code, "NOT_CLINICAL");
    assert.match(error.message, /computer-drawn phantoms/);
    assert.match(error.message, /would not be signed/);
    return true;
  });
});

test("what a site requires and the evaluation does not reach is named, with both numbers", async () => {
  const required = { auc: 0.999999, "no-fractures": 50, fractures: 2 };
  await assert.rejects(
    publish(work, { ...given, intendedUse: "demonstration", required }),
    (error: Error & { code: string }) => {
      assert.equal(error.code, "REQUIREMENT_NOT_MET");
      assert.match(error.message, /auc is 0\.\d+, and 0\.999999 is required; no-fractures is 4, and 50 is required/);
      assert.doesNotMatch(error.message, /; fractures is/);
      return true;
    },
  );
  const met = await publish(work, { ...given, intendedUse: "demonstration", required: { fractures: 4 } });
  assert.deepEqual(met.manifest.thresholds, [{ measure: "fractures", demanded: 4, found: 4 }]);
});

test("a head that was trained again has to be evaluated again", async () => {
  await writeWorkFile(work, EVALUATION_FILE, { ...first.evaluation, calibrationSha256: "0".repeat(64) });
  await assert.rejects(publish(work, { ...given, intendedUse: "demonstration" }), { code: "EVALUATION_STALE" });
  await writeWorkFile(work, EVALUATION_FILE, first.evaluation);
});
