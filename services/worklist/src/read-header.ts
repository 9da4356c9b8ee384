import { open } from "node:fs/promises";
import { type DataSet, DicomError, readPart10 } from "@redspot/dicom";
import { type FileSpool, SpoolError } from "@redspot/spool";

/** Enough for the header of nearly every radiograph; a longer one is read whole. */
const HEAD_BYTES = 256 * 1024;

/**
 * The header of an instance of the spool, up to its pixel data; undefined where the spool does not have it or it cannot
 * be read. A file of any size costs its beginning only.
 */
export async function readHeader(
  spool: Pick<FileSpool, "pathOf" | "read">,
  studyInstanceUID: string,
  sopInstanceUID: string,
): Promise<DataSet | undefined> {
  try {
    const head = await readBeginning(spool.pathOf(studyInstanceUID, sopInstanceUID));
    const fromHead = tryRead(() => readPart10(head, { stopBefore: "PixelData" }).dataSet);
    if (fromHead) return fromHead;
    // No pixel data within the head: the instance is no image, or its header is long.
    const bytes = await spool.read(studyInstanceUID, sopInstanceUID);
    return (
      tryRead(() => readPart10(bytes, { stopBefore: "PixelData" }).dataSet) ?? tryRead(() => readPart10(bytes).dataSet)
    );
  } catch (error) {
    if (error instanceof SpoolError && error.code === "NOT_FOUND") return undefined;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function readBeginning(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const buffer = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
    return buffer.slice(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function tryRead(read: () => DataSet): DataSet | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DicomError) return undefined;
    throw error;
  }
}
