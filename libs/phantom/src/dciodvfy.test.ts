import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tagOf, writePart10 } from "@redspot/dicom";
import { BREAKS_STANDARD, ODDITIES } from "./oddity.ts";
import { makeStudy, type StudyOptions } from "./study.ts";
import { EXCLUSIONS } from "./truth.ts";

/** A Debian package's program (dicom3tools), not npm's. */
const CHECKER: string = "dciodvfy";
const missing = spawnSync(CHECKER, ["-version"]).error !== undefined;
const skip = missing && "dciodvfy is not installed: apt install dicom3tools";
const folder = mkdtempSync(join(tmpdir(), "redspot-phantom-"));
after(() => rmSync(folder, { recursive: true }));

/** What dciodvfy calls errors. */
function errorsOf(bytes: Uint8Array): string[] {
  const file = join(folder, "instance.dcm");
  writeFileSync(file, bytes);
  const { stdout, stderr } = spawnSync(CHECKER, [file], { encoding: "utf8" });
  const lines = `${stdout}\n${stderr}`.split("\n");
  assert.ok(
    lines.some((line) => /CRImage|DXImage/.test(line)),
    "dciodvfy has taken it for a CR or DX image",
  );
  return lines.filter((line) => line.startsWith("Error"));
}

const matrix = { columns: 64, rows: 96 };
const classes = ["CR", "DX", "DX For Processing"] as const;

function assertPasses(options: StudyOptions): void {
  for (const { bytes } of makeStudy(options).instances) {
    assert.deepEqual(errorsOf(bytes), [], JSON.stringify(options));
  }
}

test("every kind of object passes, over departments, patients, views, bits and sides", { skip }, () => {
  for (const imageClass of classes) {
    for (let seed = 0; seed < 6; seed++) assertPasses({ seed, imageClass, matrix, fracture: seed % 2 === 0 });
  }
});

test("what must be excluded passes too", { skip }, () => {
  for (const imageClass of classes) {
    for (const exclusion of EXCLUSIONS) assertPasses({ seed: 40, imageClass, exclusion, matrix });
    for (const bodyPart of ["hand", "ankle", "knee", "chest"] as const) {
      assertPasses({ seed: 41, imageClass, exclusion: "other-body-part", bodyPart, matrix });
    }
  }
});

test("senders' gaps and habits pass where they break no rule", { skip }, () => {
  for (const imageClass of classes) {
    for (const oddity of ODDITIES) {
      if (!BREAKS_STANDARD.includes(oddity)) assertPasses({ seed: 50, imageClass, matrix, oddities: [oddity] });
    }
  }
});

test("the checker sees what is wrong", { skip }, () => {
  const { dataSet } = makeStudy({ seed: 1, matrix, imageClass: "DX" }).instances[0]!;
  const broken = { ...dataSet };
  delete broken[tagOf("ImageLaterality")];
  assert.notDeepEqual(errorsOf(writePart10(broken)), []);
});
