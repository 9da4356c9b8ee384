import { DicomError, readPart10 } from "@redspot/dicom";
import { type FuzzTarget, inThisProcess, type Verdict } from "./fuzz-target.ts";
import { part10Inputs } from "./part10-grammar.ts";

/** Reading a data set, as inference does with an instance that somebody has sent. */
export const headerTarget: FuzzTarget = {
  about: "libs/dicom's readPart10: a data set, or a DicomError",
  inputs: part10Inputs(),
  corpus: ".dcm",
  inProcess: true,
  async open() {
    return inThisProcess(run);
  },
};

async function run(input: Uint8Array): Promise<Verdict> {
  try {
    readPart10(input);
    return "accepted";
  } catch (error) {
    if (error instanceof DicomError) return "refused";
    throw error;
  }
}
