import { open } from "node:fs/promises";
import { DicomError, isUid, LONG_LENGTH, readPart10, text } from "@redspot/dicom";

/** The class is among a data set's first elements: more is read only where these are not in so many bytes. */
const HEAD_BYTES = 8 * 1024;

/**
 * The SOP Class UID of a DICOM file: by its data set or, where that cannot be read, by its File Meta Information, with
 * which it was found to agree when it came. Undefined where the file cannot be read as one.
 */
export async function readSopClass(path: string): Promise<string | undefined> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    let head: Uint8Array | undefined;
    for (const length of new Set([Math.min(HEAD_BYTES, size), size])) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, 0);
      const bytes = buffer.subarray(0, bytesRead);
      const found = classOfDataSet(bytes);
      if (found !== undefined) return found;
      head ??= bytes;
    }
    return head && classOfMeta(head);
  } finally {
    await handle.close();
  }
}

/** Nothing behind it is looked at, which may be anything. */
function classOfDataSet(bytes: Uint8Array): string | undefined {
  try {
    return text(readPart10(bytes, { stopBefore: "SOPInstanceUID" }).dataSet, "SOPClassUID");
  } catch (error) {
    if (error instanceof DicomError) return undefined;
    throw error;
  }
}

const META_START = 132;
const META_GROUP = 0x0002;
const MEDIA_STORAGE_SOP_CLASS_UID = 0x0002;

/** Media Storage SOP Class UID (0002,0002), in Explicit VR Little Endian (PS3.10 7.1). */
function classOfMeta(file: Uint8Array): string | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.toString("latin1", META_START - 4, META_START) !== "DICM") return undefined;
  for (let at = META_START; at + 12 <= bytes.byteLength && bytes.readUInt16LE(at) === META_GROUP; ) {
    const isLong = LONG_LENGTH.has(bytes.toString("latin1", at + 4, at + 6));
    const [start, length] = isLong ? [at + 12, bytes.readUInt32LE(at + 8)] : [at + 8, bytes.readUInt16LE(at + 6)];
    if (bytes.readUInt16LE(at + 2) === MEDIA_STORAGE_SOP_CLASS_UID) {
      const uid = bytes.toString("latin1", start, start + length).replace(/\0$/, "");
      return isUid(uid) ? uid : undefined;
    }
    at = start + length;
  }
  return undefined;
}
