import { open } from "node:fs/promises";
import { type DataSet, DicomError, readPart10, text } from "@redspot/dicom";

/** Enough for the header of nearly every radiograph; a longer one is read whole. */
const HEAD_BYTES = 64 * 1024;

/** The SOP Class UID of a DICOM file; undefined where the file cannot be read as one. */
export async function readSopClass(path: string): Promise<string | undefined> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    for (const length of [Math.min(HEAD_BYTES, size), size]) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, 0);
      const dataSet = headerOf(buffer.subarray(0, bytesRead));
      if (dataSet) return text(dataSet, "SOPClassUID");
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The elements up to the pixel data, or all where there is none. */
function headerOf(bytes: Uint8Array): DataSet | undefined {
  for (const options of [{ stopBefore: "PixelData" }, {}]) {
    try {
      return readPart10(bytes, options).dataSet;
    } catch (error) {
      if (!(error instanceof DicomError)) throw error;
    }
  }
  return undefined;
}
