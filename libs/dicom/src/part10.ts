import { inflateRawSync } from "node:zlib";
import { hasCodeExtensions, withCodeExtensions } from "./character-set.ts";
import { type DataSet, dataSetOf, number, tagOf, text } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { loadDcmjs } from "./load-dcmjs.ts";
import { TransferSyntax } from "./transfer-syntax.ts";
import { LONG_LENGTH } from "./value-representation.ts";

/** A DICOM file (PS3.10 7): File Meta Information, the data set and the syntax that it is encoded in. */
export interface Part10 {
  meta: DataSet;
  dataSet: DataSet;
  transferSyntaxUID: string;
}

export interface ReadOptions {
  /** Read up to, and without, this element; a data set in which it does not come is then TRUNCATED. */
  stopBefore?: string;
}

/**
 * Reads a DICOM file (PS3.10). Character sets are turned into Unicode, values keep their order. With `stopBefore` the
 * bytes may be the beginning of a file. Pixel data is a view on the given bytes, not a copy,
 * where they fill their ArrayBuffer.
 *
 * Throws NOT_PART_10 without the prefix or without a Transfer Syntax UID, TRUNCATED where the bytes end before the
 * wanted element, MALFORMED where an element cannot be decoded, and TOO_LARGE where a deflated data set is a bomb.
 */
export function readPart10(file: Uint8Array, { stopBefore }: ReadOptions = {}): Part10 {
  if (file.byteLength < 132) {
    throw new DicomError("NOT_PART_10", `${file.byteLength} bytes are too few for a DICOM file (PS3.10 7.1)`);
  }
  if (file[128] !== 0x44 || file[129] !== 0x49 || file[130] !== 0x43 || file[131] !== 0x4d) {
    throw new DicomError("NOT_PART_10", 'no "DICM" prefix at byte 128 (PS3.10 7.1)');
  }
  const bytes = withTrueGroupLength(file);
  if (stopBefore === undefined && bytes.byteLength > 2 * HEAD_BYTES) {
    const large = readAroundPixelData(bytes);
    if (large) return large;
  }
  refuseBomb(bytes);
  refuseDeepNesting(bytes);
  const stopTag = stopBefore === undefined ? undefined : tagOf(stopBefore);
  const { meta, dict } = decode(bytes, stopTag);
  const transferSyntaxUID = text(meta, "TransferSyntaxUID");
  if (transferSyntaxUID === undefined) {
    throw new DicomError("NOT_PART_10", "no Transfer Syntax UID (0002,0010) in the File Meta Information (PS3.10 7.1)");
  }
  if (stopTag !== undefined) {
    if (!(stopTag in dict)) {
      throw new DicomError("TRUNCATED", `${stopBefore} does not come within the first ${bytes.byteLength} bytes`);
    }
    delete dict[stopTag];
  }
  return { meta: plain(meta), dataSet: plain(dict), transferSyntaxUID };
}

/** Nearly all images have everything but their pixels in so many bytes. */
const HEAD_BYTES = 64 * 1024;

/**
 * Reads the usual large file, native pixel data at its very end, without handing the pixels to dcmjs, which would copy
 * them. Undefined for any other file: it is then read as a whole.
 */
function readAroundPixelData(bytes: Uint8Array): Part10 | undefined {
  let head: Part10;
  try {
    head = readPart10(bytes.subarray(0, HEAD_BYTES), { stopBefore: "PixelData" });
  } catch {
    return undefined;
  }
  const { dataSet, transferSyntaxUID } = head;
  if (transferSyntaxUID !== TransferSyntax.ExplicitVRLittleEndian) return undefined;
  const samples = ["Rows", "Columns", "SamplesPerPixel", "BitsAllocated"].reduce(
    (product, keyword) => product * (number(dataSet, keyword) ?? Number.NaN),
    number(dataSet, "NumberOfFrames") ?? 1,
  );
  const length = 2 * Math.ceil(samples / 16);
  const start = bytes.byteLength - length;
  const isPixelData =
    start >= 12 &&
    start <= HEAD_BYTES &&
    hasPixelDataHeader(new DataView(bytes.buffer, bytes.byteOffset + start - 12), length);
  if (!isPixelData) return undefined;
  return { ...head, dataSet: { ...dataSet, [tagOf("PixelData")]: { vr: "OW", Value: [bytes.subarray(start)] } } };
}

/** Tag, representation and length of Pixel Data (7FE0,0010) in Explicit VR Little Endian (PS3.5 7.1.2). */
function hasPixelDataHeader(header: DataView, length: number): boolean {
  const vr = header.getUint16(4, true);
  return (
    header.getUint32(0, true) === 0x00107fe0 &&
    (vr === 0x574f || vr === 0x424f) &&
    header.getUint16(6, true) === 0 &&
    header.getUint32(8, true) === length
  );
}

/** So much may come out of a deflated data set (PS3.5 A.5): 64 million pixels of 16 bits, and 32 MiB around them. */
const MOST_INFLATED_BYTES = 160 * 1024 * 1024;

/**
 * Throws TOO_LARGE where a deflated data set is a bomb: dcmjs would inflate it whole, whatever comes out, and a thousand
 * bytes may come out of one. What cannot be inflated is left for it to refuse.
 */
function refuseBomb(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < META_START || view.getUint32(132, true) !== 0x00000002) return;
  const dataSetStart = META_START + view.getUint32(META_START - 4, true);
  const meta = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(dataSetStart, bytes.byteLength, HEAD_BYTES));

  if (!meta.includes(TransferSyntax.DeflatedExplicitVRLittleEndian)) return;
  try {
    inflateRawSync(bytes.subarray(dataSetStart), { maxOutputLength: MOST_INFLATED_BYTES });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code?.startsWith("Z_")) return;
    if (code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new DicomError("TOO_LARGE", `more than ${MOST_INFLATED_BYTES} bytes when inflated (PS3.5 A.5)`);
  }
}

/** Objects of the standard nest less than a third as deep. */
const MOST_DEPTH = 64;

const ITEM_OF_UNDEFINED_LENGTH = Buffer.from("feff00e0ffffffff", "hex");
const ITEM_END = Buffer.from("feff0de000000000", "hex");

/**
 * Throws MALFORMED where items of undefined length (PS3.5 7.5.2) are nested far too deep: dcmjs looks for the end of each
 * through all that is in it, so that a megabyte of beginnings would keep it busy for minutes.
 */
function refuseDeepNesting(bytes: Uint8Array): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let depth = 0;
  let end = text.indexOf(ITEM_END);
  for (
    let at = text.indexOf(ITEM_OF_UNDEFINED_LENGTH);
    at !== -1;
    at = text.indexOf(ITEM_OF_UNDEFINED_LENGTH, at + 8)
  ) {
    for (; end !== -1 && end < at; end = text.indexOf(ITEM_END, end + 8)) depth = Math.max(0, depth - 1);
    depth += 1;
    if (depth > MOST_DEPTH)
      throw new DicomError("MALFORMED", `items are nested more than ${MOST_DEPTH} deep (PS3.5 7.5)`);
  }
}

/** Behind the File Meta Information's first element, its length (PS3.10 7.1). */
const META_START = 144;

/**
 * The file with the length of its File Meta Information as it is: dcmjs believes what the file says of it, and would take
 * the first elements of the data set for meta information, or begin in the middle of one. Others go by the group, as the
 * listener does. The file itself, where it is right or has no length.
 */
function withTrueGroupLength(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < META_START || view.getUint32(132) !== 0x02000000) return file;
  let end = META_START;
  // Up to 2: a data set begins with group 8, and a damaged tag is no reason to stop before the others.
  while (end + 12 <= file.byteLength && view.getUint16(end, true) <= 0x0002) {
    const isLong = LONG_LENGTH.has(String.fromCharCode(file[end + 4]!, file[end + 5]!));
    end += isLong ? 12 + view.getUint32(end + 8, true) : 8 + view.getUint16(end + 6, true);
  }
  const length = end - META_START;
  if (end > file.byteLength || view.getUint32(META_START - 4, true) === length) return file;
  const mended = new Uint8Array(file);
  new DataView(mended.buffer).setUint32(META_START - 4, length, true);
  return mended;
}

/**
 * What dcmjs reads while it ignores errors, which it does with all of them, and not only with those of character sets: where
 * it met another it gives what it has so far, and says so in its log alone. Throws MALFORMED then.
 */
function complete<T>(read: () => T): T {
  const { log } = loadDcmjs();
  const { warn } = log;
  let brokeOff = false;
  log.warn = (what) => {
    if (what === "WARN:") brokeOff = true;
  };
  try {
    const result = read();
    if (brokeOff) throw new DicomError("MALFORMED", "an element cannot be decoded (PS3.5 7.1)");
    return result;
  } finally {
    log.warn = warn;
  }
}

function decode(bytes: Uint8Array, stopTag: string | undefined): { meta: DataSet; dict: DataSet } {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  const buffer = (whole ? bytes.buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
  const { DicomMessage } = loadDcmjs().data;
  const read = (ignoreErrors: boolean) =>
    DicomMessage.readFile(buffer, {
      noCopy: true,
      ignoreErrors,
      ...(stopTag === undefined ? {} : { untilTag: stopTag }),
    });
  try {
    const { meta, dict } = read(false);
    return { meta, dict: hasCodeExtensions(dict) ? withCodeExtensions(dict) : dict };
  } catch (error) {
    if (!/character set/.test(reasonOf(error))) throw undecodable(error, bytes);
  }
  // dcmjs reads one character set, the first of several, and one that it does not know as the default.
  try {
    const { meta, dict } = complete(() => read(true));
    return { meta, dict: withCodeExtensions(dict) };
  } catch (error) {
    throw error instanceof DicomError ? error : undecodable(error, bytes);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : "");

/** What dcmjs could not do with a file. Its reason may quote values: it is left out. */
function undecodable(error: unknown, { byteLength }: Uint8Array): DicomError {
  return /more than currently allocated|outside the bounds|out of range/i.test(reasonOf(error))
    ? new DicomError("TRUNCATED", `an element goes beyond the ${byteLength} bytes that there are`)
    : new DicomError("MALFORMED", `an element among the ${byteLength} bytes cannot be decoded (PS3.5 7.1)`);
}

/** Leaves out what dcmjs keeps beside the values. */
function plain(dataSet: DataSet): DataSet {
  const result: DataSet = {};
  for (const [tag, { vr, Value }] of Object.entries(dataSet)) {
    const value = Array.isArray(Value) ? Value : [];
    result[tag] = { vr, Value: vr === "SQ" ? value.map((item) => plain(item as DataSet)) : value };
  }
  return result;
}

/** Redspot as the writer of a file (PS3.10 7.1): its name for others to see, and a UID of its own. */
export const IMPLEMENTATION = {
  ImplementationClassUID: "2.25.190146879153426893018604374538013829071",
  ImplementationVersionName: "REDSPOT_0_1",
};

export interface WriteOptions {
  /** How the data set is encoded; Explicit VR Little Endian unless told. Encapsulated pixel data comes as fragments. */
  transferSyntaxUID?: string;
}

/**
 * Writes a data set as a DICOM file (PS3.10 7) with complete File Meta Information, text as UTF-8 where a Specific
 * Character Set is given. Throws NOT_ENCODABLE.
 */
export function writePart10(
  dataSet: DataSet,
  { transferSyntaxUID = TransferSyntax.ExplicitVRLittleEndian }: WriteOptions = {},
): Uint8Array {
  const meta = dataSetOf({
    FileMetaInformationVersion: new Uint8Array([0, 1]),
    MediaStorageSOPClassUID: text(dataSet, "SOPClassUID"),
    MediaStorageSOPInstanceUID: text(dataSet, "SOPInstanceUID"),
    TransferSyntaxUID: transferSyntaxUID,
    ...IMPLEMENTATION,
  });
  const { DicomDict } = loadDcmjs().data;
  try {
    const file = new DicomDict(meta as never);
    file.dict = withWholeBuffers(dataSet) as never;
    return new Uint8Array(file.write({ fragmentMultiframe: false }));
  } catch {
    throw new DicomError("NOT_ENCODABLE", "a value of the data set does not fit its value representation (PS3.5 6.2)");
  }
}

/** dcmjs writes the whole ArrayBuffer of a binary value, also where the value is a view on a part of it. */
function withWholeBuffers(dataSet: DataSet): DataSet {
  const result: DataSet = {};
  for (const [tag, { vr, Value = [] }] of Object.entries(dataSet)) {
    result[tag] = {
      vr,
      Value: Value.map((value) => {
        if (vr === "SQ") return withWholeBuffers(value as DataSet);
        if (!ArrayBuffer.isView(value)) return value;
        return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
      }),
    };
  }
  return result;
}
