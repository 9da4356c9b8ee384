import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type DataSet, writePart10 } from "@redspot/dicom";

const directory = mkdtempSync(join(tmpdir(), "redspot-sr-"));
after(() => rmSync(directory, { recursive: true }));

interface Verdict {
  status: number | null;
  complaints: string[];
}

/** The lines in which a checker complains about a data set, by a pattern. */
function check(command: string, args: string[], complaint: RegExp, dataSet: DataSet): Verdict {
  const path = join(directory, `${command}.dcm`);
  writeFileSync(path, writePart10(dataSet));
  const { status, stdout, stderr, error } = spawnSync(command, [...args, path], { encoding: "latin1" });
  if (error) throw error;
  return { status, complaints: `${stdout}${stderr}`.split("\n").filter((line) => complaint.test(line)) };
}

/** dicom3tools: modules, types, value representations and multiplicities. */
export const dciodvfy = (dataSet: DataSet) => check("dciodvfy", [], /^Error/, dataSet);
/** dcmtk: the content tree, its relationships and references. */
export const dsrdump = (dataSet: DataSet) =>
  // It does not check the VR of UTF-8 text, and says so for every report; dciodvfy does.
  check("dsrdump", [], /^[EWF]: (?!The VR checker does not support this Specific Character Set: ISO_IR 192)/, dataSet);

function missing(command: string): string | false {
  const { error } = spawnSync(command, ["--version"]);
  return error === undefined ? false : `${command} is not installed`;
}
/** Why tests that need them are skipped, if they are. */
export const withoutValidators = missing("dciodvfy") || missing("dsrdump");
