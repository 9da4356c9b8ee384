import { binaries, type DataSet, numbers } from "@redspot/dicom";
import { PixelError } from "../pixel-error.ts";

/** A look-up table of the Modality LUT or VOI LUT Sequence (PS3.3 C.11.1.1, C.11.2.1.1). */
export interface Lut {
  /** The input value of the first entry; lower inputs give the first entry, those beyond the end the last. */
  first: number;
  entries: Float32Array;
  /** The largest output that the descriptor's bits allow. */
  most: number;
}

/**
 * Reads one item of a Modality LUT or VOI LUT Sequence: LUT Descriptor and LUT Data. `signedInput` says whether the
 * first value mapped is to be read as signed (PS3.3 C.11.1.1.1). Throws MALFORMED_LUT.
 */
export function readLut(item: DataSet, signedInput: boolean): Lut {
  const [count, first, bits] = numbers(item, "LUTDescriptor");
  if (count === undefined || first === undefined || bits === undefined) {
    throw new PixelError("MALFORMED_LUT", "LUT Descriptor (0028,3002) has fewer than its three values");
  }
  // 2^16 entries are written as 0, which fits where 65536 does not (PS3.3 C.11.1.1.1).
  const length = count === 0 ? 65536 : count;
  const entries = readEntries(item, length);
  // Some senders declare fewer bits than their entries have.
  const most = Math.max(2 ** Math.min(Math.max(bits, 1), 16) - 1, maximum(entries));
  return { first: signedInput && first >= 32768 ? first - 65536 : first, entries, most };
}

/** LUT Data is US or OW; 8-bit entries come one a word, or two as bytes (PS3.3 C.11.1.1.1). */
function readEntries(item: DataSet, length: number): Float32Array {
  const [bytes] = binaries(item, "LUTData");
  if (bytes === undefined) {
    const words = numbers(item, "LUTData");
    if (words.length < length) throw tooShort(words.length, length);
    return Float32Array.from(words.slice(0, length));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength >= 2 * length) {
    return Float32Array.from({ length }, (_, index) => view.getUint16(2 * index, true));
  }
  if (bytes.byteLength < length) throw tooShort(bytes.byteLength, length);
  return Float32Array.from(bytes.subarray(0, length));
}

function tooShort(has: number, wants: number): PixelError {
  return new PixelError("MALFORMED_LUT", `LUT Data (0028,3006) has ${has} entries where LUT Descriptor says ${wants}`);
}

function maximum(entries: Float32Array): number {
  let most = 0;
  for (const entry of entries) if (entry > most) most = entry;
  return most;
}

/** The table's output for an input value. */
export function lookUp({ first, entries }: Lut, input: number): number {
  const index = Math.round(input) - first;
  return entries[index < 0 ? 0 : index >= entries.length ? entries.length - 1 : index]!;
}
