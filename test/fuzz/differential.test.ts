import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { DicomWebClient } from "@redspot/dicomweb";
import { FileSpool } from "@redspot/spool";
import { findProgram, startOrthanc } from "@redspot/testbed";
import { storeInstances } from "../../services/stow/src/store-transaction.ts";
import { MUTANTS } from "./mutants.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/hostile-input.md"), "utf8");
const LIMITS = { maxInstanceBytes: 10_000_000, maxRequestBytes: 100_000_000, maxParts: 10, maxPartHeaderBytes: 1000 };

/** Seen with Orthanc 1.10.1: its process ends. It is not asked, because it could not be asked anything else afterwards. */
const ENDS_ORTHANC = "sequences nested 100 deep";

/** What Redspot says of a file: "taken", or the code of its refusal. */
async function redspot(file: Buffer, spool: FileSpool): Promise<string> {
  const body = Buffer.concat([
    Buffer.from("--b\r\nContent-Type: application/dicom\r\n\r\n"),
    file,
    Buffer.from("\r\n--b--\r\n"),
  ]);
  const { failed } = await storeInstances(
    (async function* () {
      yield body;
    })(),
    { type: "application/dicom", boundary: "b" },
    { strict: false, limits: LIMITS },
    {
      spool,
      ledger: {
        noteInstance: async ({ studyInstanceUID, sopInstanceUID }) => {
          // Most have the same UIDs: none may be in the way of the next.
          await rm(spool.pathOf(studyInstanceUID, sopInstanceUID));
          return { newInstance: true, openRevision: 1, lane: "live" };
        },
      },
      settling: { add: async () => {} },
      settleMs: 0,
    },
  );
  return failed[0] === undefined ? "taken" : `\`${failed[0].code}\``;
}

/** Whether dcmtk reads a file to its end. */
async function dcmdump(file: Buffer, path: string): Promise<string> {
  await writeFile(path, file);
  try {
    const { stderr } = await promisify(execFile)(findProgram("dcmdump", "dcmtk"), ["+E", path], {
      encoding: "latin1",
      maxBuffer: 2 ** 24,
    });
    return /^E:/m.test(stderr) ? "refused" : "read";
  } catch {
    return "refused";
  }
}

async function orthancTakes(file: Buffer, client: DicomWebClient): Promise<string> {
  try {
    const { stored } = await client.storeInstances([new Uint8Array(file)]);
    return stored.length > 0 ? "taken" : "refused";
  } catch {
    return "refused";
  }
}

test("docs/hostile-input.md says who takes what, as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "redspot-differential-"));
  const orthanc = await startOrthanc({ by: "program" });
  try {
    const client = new DicomWebClient({ url: orthanc.dicomWebUrl });
    const spool = await FileSpool.open(join(folder, "spool"));
    const rows: string[] = [];
    for (const [name, file] of Object.entries(MUTANTS)) {
      const dcmtk = await dcmdump(file, join(folder, "instance.dcm"));
      const orthanc = name === ENDS_ORTHANC ? "ends" : await orthancTakes(file, client);
      rows.push(`| ${name} | ${dcmtk} | ${orthanc} | ${await redspot(file, spool)} |`);
    }
    const [, section = ""] = page.split("\n## Beside dcmtk and Orthanc\n");
    const written = section
      .split("\n## ")[0]!
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| a synthetic"))
      .map((line) => `${line.split(" | ").slice(0, 4).join(" | ")} |`);
    assert.deepEqual(written, rows);
  } finally {
    await orthanc.stop();
    await rm(folder, { recursive: true });
  }
});
