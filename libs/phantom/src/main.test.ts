import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isUid, readPart10, text } from "@redspot/dicom";

const folder = mkdtempSync(join(tmpdir(), "redspot-phantom-cli-"));
after(() => rmSync(folder, { recursive: true }));
const main = new URL("./main.ts", import.meta.url).pathname;
const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });

test("--help says what there is", () => {
  const { status, stdout } = run("--help");
  assert.equal(status, 0);
  for (const option of ["--out", "--studies", "--seed", "--fracture-share", "--exclusions", "--png", "--truth"]) {
    assert.ok(stdout.includes(option), option);
  }
});

test("files are named by UIDs, and the truth tells of each", () => {
  const truthFile = join(folder, "truth.json");
  const { status, stderr } = run(
    ...["--out", join(folder, "day"), "--studies", "3", "--seed", "9", "--matrix", "96x128"],
    ...["--png", "--truth", truthFile],
  );
  assert.equal(status, 0, stderr);
  const truths = JSON.parse(readFileSync(truthFile, "utf8")) as {
    studyInstanceUID: string;
    instances: { sopInstanceUID: string }[];
  }[];
  assert.equal(truths.length, 3);
  assert.deepEqual(readdirSync(join(folder, "day")).sort(), truths.map((one) => one.studyInstanceUID).sort());
  for (const { studyInstanceUID, instances } of truths) {
    assert.ok(isUid(studyInstanceUID));
    const expected = instances.flatMap(({ sopInstanceUID }) => [`${sopInstanceUID}.dcm`, `${sopInstanceUID}.png`]);
    const found = readdirSync(join(folder, "day", studyInstanceUID));
    assert.deepEqual(found.sort(), expected.sort());
    for (const { sopInstanceUID } of instances) {
      const { dataSet } = readPart10(readFileSync(join(folder, "day", studyInstanceUID, `${sopInstanceUID}.dcm`)));
      assert.equal(text(dataSet, "SOPInstanceUID"), sopInstanceUID);
    }
  }
});

test("a wish that cannot be granted is refused with the way out", () => {
  const { status, stderr } = run("--out", folder, "--exclusions", "amputation");
  assert.notEqual(status, 0);
  assert.match(stderr, /cast, open-growth-plates, ap-view, other-body-part/);
});
