import { isUid } from "@redspot/dicom";

/** What the File Meta Information says (PS3.10 7.1), as far as it matters before the data set is read. */
export interface FileMeta {
  sopClassUID: string | undefined;
  sopInstanceUID: string | undefined;
  transferSyntaxUID: string | undefined;
}

const LONG = new Set(["OB", "UN", "OW", "UT", "SQ"]);

/** Whether the bytes have the "DICM" prefix after a preamble of 128 bytes. */
export function hasPrefix(bytes: Uint8Array): boolean {
  return bytes.byteLength >= 132 && Buffer.from(bytes.subarray(128, 132)).toString("latin1") === "DICM";
}

/**
 * Reads the File Meta Information at the beginning of a DICOM file, always in Explicit VR Little Endian, as far as the
 * bytes go. Values that are no UIDs are left out.
 */
export function readFileMeta(bytes: Uint8Array): FileMeta {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const uids = new Map<number, string>();
  for (let at = 132; at + 8 <= view.byteLength && view.readUInt16LE(at) === 0x0002; ) {
    const element = view.readUInt16LE(at + 2);
    const vr = view.toString("latin1", at + 4, at + 6);
    const long = LONG.has(vr);
    if (long && at + 12 > view.byteLength) break;
    const length = long ? view.readUInt32LE(at + 8) : view.readUInt16LE(at + 6);
    const value = at + (long ? 12 : 8);
    if (vr === "UI" && value + length <= view.byteLength) {
      const uid = view.toString("latin1", value, value + length).replace(/[ \0]+$/, "");
      if (isUid(uid)) uids.set(element, uid);
    }
    at = value + length;
  }
  return { sopClassUID: uids.get(0x0002), sopInstanceUID: uids.get(0x0003), transferSyntaxUID: uids.get(0x0010) };
}
