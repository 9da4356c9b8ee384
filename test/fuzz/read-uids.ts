import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DicomError, readPart10, text } from "@redspot/dicom";
import { findProgram } from "@redspot/testbed";

export interface Uids {
  sopClassUID: string | undefined;
  sopInstanceUID: string | undefined;
  studyInstanceUID: string | undefined;
}

/**
 * Who an instance is, read by others than the service that took it: dcmjs, and where that gives up dcmtk's dcmdump,
 * which reads on behind what it does not understand.
 */
export async function readUids(file: Uint8Array): Promise<Uids> {
  try {
    const { dataSet } = readPart10(file);
    return {
      sopClassUID: text(dataSet, "SOPClassUID"),
      sopInstanceUID: text(dataSet, "SOPInstanceUID"),
      studyInstanceUID: text(dataSet, "StudyInstanceUID"),
    };
  } catch (error) {
    if (!(error instanceof DicomError)) throw error;
    return dumpUids(file);
  }
}

async function dumpUids(file: Uint8Array): Promise<Uids> {
  const folder = await mkdtemp(join(tmpdir(), "redspot-fuzz-"));
  try {
    const path = join(folder, "instance.dcm");
    await writeFile(path, file);
    const tags = ["0008,0016", "0008,0018", "0020,000d"];
    const options = ["-q", "+E", "-Un", "+L"];
    // Of a whole dump only what is not indented counts. It tells what it could read also where it fails in the end.
    const { stdout } = await promisify(execFile)(findProgram("dcmdump", "dcmtk"), [...options, path], {
      encoding: "latin1",
      maxBuffer: 2 ** 26,
    }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? "" }));
    const uid = (tag: string) => new RegExp(`^\\(${tag}\\) UI \\[([^\\]]*)\\]`, "m").exec(stdout)?.[1];
    return { sopClassUID: uid(tags[0]!), sopInstanceUID: uid(tags[1]!), studyInstanceUID: uid(tags[2]!) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
