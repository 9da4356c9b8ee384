import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readPart10 } from "@redspot/dicom";
import { reportErrors } from "./check-report.ts";

const HELP = `check-report: holds Redspot's structured reports to their templates

  npm run check-report -- FILE...

Says of each DICOM file what is wrong with it by TID 1500 and the templates that it includes (PS3.16), by its codes, its
references and its equipment. Ends with 0 where all are sound, 1 where one is not, 2 where one cannot be read. No value of a
patient is printed.
`;

const { values, positionals } = parseArgs({ options: { help: { type: "boolean" } }, allowPositionals: true });
if (values.help === true || positionals.length === 0) {
  process.stdout.write(HELP);
  process.exit(values.help === true ? 0 : 2);
}
for (const file of positionals) {
  try {
    const errors = reportErrors(readPart10(new Uint8Array(await readFile(file))).dataSet);
    process.stdout.write(`${file}: ${errors.length === 0 ? "sound" : `\n  ${errors.join("\n  ")}`}\n`);
    if (errors.length > 0) process.exitCode ||= 1;
  } catch (error) {
    process.stderr.write(`${file}: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  }
}
