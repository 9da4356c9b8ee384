import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { dataSetOf, writePart10 } from "@redspot/dicom";
import { buildReport } from "../index.ts";
import { aFinding, aSource, DEVICE, NOW } from "../report-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "redspot-check-report-"));
after(() => rmSync(folder, { recursive: true }));

const check = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], {
    encoding: "utf8",
  });
  return { status, said: `${stdout}${stderr}` };
};

const { dataSet } = buildReport({ finding: aFinding(), sources: [aSource()], device: DEVICE, now: NOW });
const file = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

test("a sound report, one that is not, and a file that is none", () => {
  const sound = file("sound.dcm", writePart10(dataSet));
  const unsound = file("unsound.dcm", writePart10({ ...dataSet, ...dataSetOf({ DeviceUID: "1.2.3" }) }));
  const none = file("none.dcm", new Uint8Array(200));
  assert.deepEqual(check(sound), { status: 0, said: `${sound}: sound\n` });
  const found = check(sound, unsound);
  assert.equal(found.status, 1);
  assert.match(found.said, /DeviceUID of equipment, contributing equipment and observer are not the same/);
  assert.doesNotMatch(found.said, /Müller/);
  assert.equal(check(unsound, none).status, 2);
});

test("--help tells how it ends", () => {
  assert.equal(check("--help").status, 0);
  assert.equal(check().status, 2);
});
