import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "./find-program.ts";
import { TestbedError } from "./testbed-error.ts";

const run = promisify(execFile);

/** The storescu option that proposes a compressed transfer syntax; uncompressed ones are proposed without any. */
const proposals: Readonly<Record<string, string>> = {
  "1.2.840.10008.1.2.4.50": "-xy",
  "1.2.840.10008.1.2.4.51": "-xx",
  "1.2.840.10008.1.2.4.70": "-xs",
  "1.2.840.10008.1.2.4.80": "-xt",
  "1.2.840.10008.1.2.4.81": "-xu",
  "1.2.840.10008.1.2.4.90": "-xv",
  "1.2.840.10008.1.2.4.91": "-xw",
  "1.2.840.10008.1.2.5": "-xr",
};

export interface Modality {
  readonly host: string;
  readonly port: number;
  readonly aeTitle: string;
}

/**
 * Stores Part 10 files in a PACS as a modality does: one association, DIMSE C-STORE (PS3.7 9.1.1), by dcmtk's
 * storescu. All files have the same transfer syntax. Throws STORE_FAILED when the PACS refuses any of them.
 */
export async function storeByDimse(
  files: readonly string[],
  to: Modality,
  transferSyntax = "1.2.840.10008.1.2.1",
): Promise<void> {
  const storescu = findProgram("storescu", "dcmtk");
  const proposal = proposals[transferSyntax];
  const args = ["--required", "--aetitle", "MODALITY", "--call", to.aeTitle, ...(proposal ? [proposal] : [])];
  try {
    await run(storescu, [...args, to.host, `${to.port}`, ...files]);
  } catch (cause) {
    const told = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim().split("\n").at(-1) : "";
    throw new TestbedError("STORE_FAILED", `C-STORE of ${files.length} instances to ${to.aeTitle} failed: ${told}`, {
      cause,
    });
  }
}
