import { type DataSet, dataSetOf, type Element, text } from "./data-set.ts";
import { DicomError } from "./dicom-error.ts";
import { IMPLEMENTATION } from "./part10.ts";
import { SHORT_LENGTH } from "./value-representation.ts";

/** Bytes that are elsewhere, of which the file that is made has to know how many they are. */
export interface BulkBytes {
  readonly byteLength: number;
}

/** The value of an element that is bulk data: as it is, or frame by frame, to be encapsulated (PS3.5 A.4). */
export type BulkValue<Bulk extends BulkBytes> = { native: Bulk } | { frames: readonly Bulk[] };

export interface EncodeOptions<Bulk extends BulkBytes> {
  /** Of the pixel data; the data set is always in Explicit VR Little Endian. */
  transferSyntaxUID: string;
  /** The bulk data of an element by its URI, which it throws if it does not have. */
  bulkData: (uri: string) => BulkValue<Bulk>;
}

const PREAMBLE = Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]);
const UTF_8 = "ISO_IR 192";
const UNDEFINED_LENGTH = 0xffffffff;
const LONGEST_SHORT = 0xfffe;
const PIXEL_DATA = "7FE00010";
const CHARACTER_SET = "00080005";

const BINARY = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "UN"]);
const TEXT = new Set([
  ...["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN"],
  ...["SH", "ST", "TM", "UC", "UI", "UR", "UT"],
]);

/** How a number is written: bytes, and the method that does it (PS3.5 6.2). */
const NUMBERS: Record<string, [number, (buffer: Buffer, value: string) => void]> = {
  SS: [2, (buffer, value) => buffer.writeInt16LE(integer(value))],
  US: [2, (buffer, value) => buffer.writeUInt16LE(integer(value))],
  SL: [4, (buffer, value) => buffer.writeInt32LE(integer(value))],
  UL: [4, (buffer, value) => buffer.writeUInt32LE(integer(value))],
  FL: [4, (buffer, value) => buffer.writeFloatLE(Number(value))],
  FD: [8, (buffer, value) => buffer.writeDoubleLE(Number(value))],
  SV: [8, (buffer, value) => buffer.writeBigInt64LE(BigInt(value))],
  UV: [8, (buffer, value) => buffer.writeBigUInt64LE(BigInt(value))],
  AT: [4, writeTag],
};

/**
 * A DICOM file (PS3.10 7) of a data set of which some values are elsewhere, piece by piece: bytes, and in their place the
 * bulk data, to be copied there. File Meta Information is made; group lengths and elements of group 2 are left out.
 * Text is UTF-8: where there is more than ASCII, Specific Character Set says so.
 *
 * Throws NOT_ENCODABLE, naming the tag and never the value, before the first piece; and what `bulkData` throws.
 */
export function encodePart10<Bulk extends BulkBytes>(
  dataSet: DataSet,
  options: EncodeOptions<Bulk>,
): (Uint8Array | Bulk)[] {
  const meta = dataSetOf({
    FileMetaInformationVersion: new Uint8Array([0, 1]),
    MediaStorageSOPClassUID: text(dataSet, "SOPClassUID"),
    MediaStorageSOPInstanceUID: text(dataSet, "SOPInstanceUID"),
    TransferSyntaxUID: options.transferSyntaxUID,
    ...IMPLEMENTATION,
  });
  const encoder = new Encoder(options);
  const information = Buffer.concat(encoder.elements(meta) as Uint8Array[]);
  const length = encoder.elements({ "00020000": { vr: "UL", Value: [information.byteLength] } }) as Uint8Array[];
  const content = withoutGroups(dataSet);
  const elements = encoder.elements(isAscii(content) ? content : inUtf8(content), "outermost");
  return [PREAMBLE, ...length, information, ...elements];
}

function withoutGroups(dataSet: DataSet): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).filter(([tag]) => tag.slice(0, 4) > "0002" && (tag.slice(4) !== "0000" || tag > "FFFE")),
  );
}

class Encoder<Bulk extends BulkBytes> {
  readonly #bulkData: EncodeOptions<Bulk>["bulkData"];

  constructor({ bulkData }: EncodeOptions<Bulk>) {
    this.#bulkData = bulkData;
  }

  elements(dataSet: DataSet, place?: "outermost"): (Uint8Array | Bulk)[] {
    const tags = Object.keys(dataSet).sort();
    return tags.flatMap((tag) => this.#element(tag, dataSet[tag]!, place === "outermost" && tag === PIXEL_DATA));
  }

  #element(tag: string, element: Element, mayHaveFrames: boolean): (Uint8Array | Bulk)[] {
    const { vr, Value = [], BulkDataURI } = element;
    // How all other text is read hangs on it.
    if (tag === CHARACTER_SET && vr !== "CS") throw notEncodable(tag, "is a code string (PS3.6), and comes as another");
    if (BulkDataURI !== undefined) return this.#bulk(tag, vr, BulkDataURI, mayHaveFrames);
    if (vr === "SQ") return this.#sequence(tag, Value as DataSet[]);
    const value = padded(encodedValue(tag, vr, Value), vr);
    expectWholeValues(tag, vr, value.byteLength);
    return [header(tag, vr, value.byteLength), value];
  }

  #sequence(tag: string, items: DataSet[]): (Uint8Array | Bulk)[] {
    const content = items.flatMap((item) => [ITEM_BEGINS, ...this.elements(item), ITEM_ENDS]);
    return [header(tag, "SQ", UNDEFINED_LENGTH), ...content, SEQUENCE_ENDS];
  }

  #bulk(tag: string, vr: string, uri: string, mayHaveFrames: boolean): (Uint8Array | Bulk)[] {
    const value = this.#bulkData(uri);
    if ("frames" in value) {
      if (!mayHaveFrames)
        throw notEncodable(tag, "has frames, which only pixel data of the outermost data set can have");
      const fragments = value.frames.flatMap((frame) => [item(even(frame.byteLength)), frame, ...padding(frame, "OB")]);
      return [header(tag, "OB", UNDEFINED_LENGTH), item(0), ...fragments, SEQUENCE_ENDS];
    }
    if (vr === "SQ") throw notEncodable(tag, "is a sequence, and cannot be bulk data");
    expectWholeValues(tag, vr, value.native.byteLength);
    return [header(tag, vr, even(value.native.byteLength)), value.native, ...padding(value.native, vr)];
  }
}

/** Bytes of one value in representations that are not numbers here (PS3.5 6.2); OW is padded. */
const WORDS: Record<string, number> = { OF: 4, OL: 4, OD: 8, OV: 8 };

/** A reader that goes by values would lose its place behind half a value. Throws NOT_ENCODABLE. */
function expectWholeValues(tag: string, vr: string, byteLength: number): void {
  const size = NUMBERS[vr]?.[0] ?? WORDS[vr] ?? 1;
  if (byteLength % size !== 0)
    throw notEncodable(tag, `has ${byteLength} bytes, and a value of it ${size} (PS3.5 6.2)`);
}

/** Tag, representation and length (PS3.5 7.1.2); what is too long for 16 bits is of unknown representation (6.2.2). */
function header(tag: string, vr: string, length: number): Buffer {
  if (!SHORT_LENGTH.has(vr) && !BINARY.has(vr) && !TEXT.has(vr) && !(vr in NUMBERS) && vr !== "SQ") {
    throw notEncodable(tag, "has a value representation that does not exist (PS3.5 6.2)");
  }
  if (length > UNDEFINED_LENGTH || (length === UNDEFINED_LENGTH && vr !== "SQ" && vr !== "OB")) {
    throw notEncodable(tag, "is longer than an element can be");
  }
  if (SHORT_LENGTH.has(vr) && length <= LONGEST_SHORT) {
    const bytes = Buffer.concat([tagBytes(tag), Buffer.from(vr, "latin1"), Buffer.alloc(2)]);
    bytes.writeUInt16LE(length, 6);
    return bytes;
  }
  const bytes = Buffer.concat([
    tagBytes(tag),
    Buffer.from(SHORT_LENGTH.has(vr) ? "UN" : vr, "latin1"),
    Buffer.alloc(6),
  ]);
  bytes.writeUInt32LE(length, 8);
  return bytes;
}

function integer(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw new RangeError("no integer");
  return number;
}

function tagBytes(tag: string): Buffer {
  const bytes = Buffer.alloc(4);
  writeTag(bytes, tag);
  return bytes;
}

function writeTag(buffer: Buffer, tag: string): void {
  if (!/^[0-9a-f]{8}$/i.test(tag)) throw new RangeError("no tag");
  buffer.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
  buffer.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
}

/** An item or a delimiter: of the group FFFE, without representation (PS3.5 7.5). */
function item(length: number, element = 0xe000): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(0xfffe, 0);
  bytes.writeUInt16LE(element, 2);
  bytes.writeUInt32LE(length, 4);
  return bytes;
}

const ITEM_BEGINS = item(UNDEFINED_LENGTH);
const ITEM_ENDS = item(0, 0xe00d);
const SEQUENCE_ENDS = item(0, 0xe0dd);

const even = (length: number): number => length + (length % 2);

/** An odd value gets one more byte: a space in text, else zero (PS3.5 6.2). */
function padding(value: BulkBytes, vr: string): Uint8Array[] {
  return value.byteLength % 2 === 0 ? [] : [Buffer.from(TEXT.has(vr) && vr !== "UI" ? " " : "\0")];
}

function padded(value: Uint8Array, vr: string): Uint8Array {
  return Buffer.concat([value, ...padding(value, vr)]);
}

function encodedValue(tag: string, vr: string, values: unknown[]): Uint8Array {
  try {
    if (BINARY.has(vr)) return Buffer.concat(values.map(bytesOf));
    const number = NUMBERS[vr];
    if (number === undefined) return Buffer.from(values.map((value) => textOf(vr, value)).join("\\"), "utf8");
    return Buffer.concat(values.filter((value) => value !== null).map((value) => numberBytes(number, value)));
  } catch {
    throw notEncodable(
      tag,
      `has a value that ${/^[A-Z]{2}$/.test(vr) ? vr : "its representation"} does not allow (PS3.5 6.2)`,
    );
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError("no bytes");
}

function numberBytes([byteLength, write]: (typeof NUMBERS)[string], value: unknown): Buffer {
  if (typeof value !== "number" && (typeof value !== "string" || value.trim() === "")) throw new TypeError("no number");
  const buffer = Buffer.alloc(byteLength);
  write(buffer, String(value));
  return buffer;
}

const LONGEST_DECIMAL = 16;

function textOf(vr: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (vr === "PN" && typeof value === "object") return personName(value as Record<string, unknown>);
  if (vr === "DS" && typeof value === "number") return decimal(value);
  if (typeof value !== "string" && typeof value !== "number") throw new TypeError("no text");
  return String(value);
}

function personName(groups: Record<string, unknown>): string {
  const list = ["Alphabetic", "Ideographic", "Phonetic"].map((group) => {
    const name = groups[group] ?? "";
    if (typeof name !== "string") throw new TypeError("no name");
    return name;
  });
  return list.join("=").replace(/=+$/, "");
}

/** As exact as its 16 characters allow. */
function decimal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError("no decimal string");
  for (let digits = 17; ; digits -= 1) {
    const text = digits === 17 ? String(value) : String(Number(value.toPrecision(digits)));
    if (text.length <= LONGEST_DECIMAL) return text;
  }
}

/** Whether all text in it is ASCII, which every character set begins with, and UTF-8 is. */
function isAscii(value: unknown): boolean {
  if (typeof value === "string") return Buffer.byteLength(value) === value.length;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every(isAscii);
}

/** Says that text is UTF-8, once, for items have no character set of their own then. */
function inUtf8(dataSet: DataSet): DataSet {
  return { ...withoutCharacterSet(dataSet), [CHARACTER_SET]: { vr: "CS", Value: [UTF_8] } };
}

function withoutCharacterSet(dataSet: DataSet): DataSet {
  const others = Object.entries(dataSet).filter(([tag]) => tag !== CHARACTER_SET);
  return Object.fromEntries(
    others.map(([tag, element]) => {
      if (element.vr !== "SQ" || element.Value === undefined) return [tag, element];
      return [tag, { ...element, Value: element.Value.map((item) => withoutCharacterSet(item as DataSet)) }];
    }),
  );
}

function notEncodable(tag: string, problem: string): DicomError {
  return new DicomError("NOT_ENCODABLE", `(${tag.slice(0, 4)},${tag.slice(4)}) ${problem}`);
}
