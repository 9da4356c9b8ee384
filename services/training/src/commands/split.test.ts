import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { makeWorkFolder } from "../test-support.ts";
import { FILES, readSplit, writeWorkFile } from "../work-folder.ts";

const work = await mkdtemp(join(tmpdir(), "redspot-split-"));
after(() => rm(work, { recursive: true }));
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

const run = (step: string, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, step, "--work", work, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

const split = (...args: string[]) => run("split", ...args);

const cases = await makeWorkFolder(work, { training: 30, validation: 0, testing: 0, final: 0 });

test("a split says what it made, and finds nothing in it", async () => {
  const { code, stdout } = await split("--final", "2", "--ratios", "60:20:20");
  assert.equal(code, 0);
  assert.match(stdout, /training +\d+ with and \d+ without a fracture/);
  assert.match(stdout, /final +2 with and 2 without/);
  const made = await readSplit(work);
  assert.deepEqual(made.findings, []);
  assert.equal(made.parts.training.length + made.parts.validation.length + made.parts.testing.length, 26);
});

test("a patient moved to the other side by hand is found by --check, and told in split.json", async () => {
  const made = await readSplit(work);
  const { parts } = made;
  const planted = { ...parts, testing: [...parts.testing, parts.training[0]!] };
  await writeWorkFile(work, FILES.split, { ...made, parts: planted });
  const { code, stdout, stderr } = await split("--check");
  assert.equal(code, 1);
  assert.match(stderr, /SPLIT_LEAKS/);
  assert.match(stdout, /LEAK: .* one in training, one in testing/);
  assert.equal((await readSplit(work)).findings.length, 1);
  // And nothing is computed on it.
  assert.match((await run("features")).stderr, /SPLIT_LEAKS/);
});

test("struck cases are in no part", async () => {
  await writeFile(join(work, FILES.struck), `id,reason\n${cases[3]!.id},wrong view\n`);
  assert.equal((await split("--final", "2")).code, 0);
  const { parts, leftOut } = await readSplit(work);
  assert.ok(![...Object.values(parts).flat(), ...leftOut].includes(cases[3]!.id));
});

test("what was looked at stays looked at when the rest is split anew", async () => {
  const use = { evaluatedAt: "2017-11-01T12:00:00Z", headSha256: "0".repeat(64) };
  await writeWorkFile(work, FILES.split, { ...(await readSplit(work)), finalUses: [use] });
  await split("--final", "2", "--seed", "7");
  assert.deepEqual((await readSplit(work)).finalUses, [use]);
});

test("where many look like another's, nothing is thrown together: the threshold is wrong, or the images are", async () => {
  const { code, stderr } = await split("--near-duplicate-bits", "128");
  assert.equal(code, 1);
  assert.match(stderr, /MANY_NEAR_DUPLICATES: 29 of 29 cases/);
});

test("one class only, and a final set that cannot be filled, are told with the way out", async () => {
  const { code, stderr } = await split();
  assert.equal(code, 1);
  assert.match(stderr, /TOO_FEW_CASES: A final set of 50 \+ 50/);
  const whole = await readSplit(work);
  await makeWorkFolder(work, { training: 1, validation: 0, testing: 0, final: 0 }, whole);
  assert.match((await split("--final", "0")).stderr, /ONE_CLASS_ONLY/);
});
