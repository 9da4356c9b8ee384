import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { TrainingError } from "../training-error.ts";
import { FILES } from "../work-folder.ts";

/**
 * The cases that a radiologist has struck on the contact sheet: ids in the first column of `struck.csv`, with or without
 * a heading; what else stands in a line is for people. None where there is no such file.
 *
 * @throws {TrainingError} STRUCK_INVALID
 */
export async function readStruck(work: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(work, FILES.struck), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const options = { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true, relax_quotes: true };
  const lines = parse(text, options) as string[][];
  const struck = new Set<string>();
  for (const [at, [id = ""]] of lines.entries()) {
    if (at === 0 && id.toLowerCase() === "id") continue;
    if (!/^[0-9a-f]{32}$/.test(id)) {
      throw new TrainingError(
        "STRUCK_INVALID",
        `Line ${at + 1} of ${FILES.struck} does not begin with the id of a case, the 32 hex digits below its picture on the contact sheet.`,
      );
    }
    struck.add(id);
  }
  return struck;
}
