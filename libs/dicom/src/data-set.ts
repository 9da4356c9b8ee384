import { DicomError } from "./dicom-error.ts";
import { loadDcmjs } from "./load-dcmjs.ts";

/** One element of the DICOM JSON Model (PS3.18 F.2.2): value representation and values, in memory rather than as JSON. */
export interface Element {
  vr: string;
  Value?: unknown[];
  /** Where the value is instead: in another part of the message that the data set came in (PS3.18 F.2.6). */
  BulkDataURI?: string;
}

/** A data set by tag, eight upper-case hexadecimal digits, as in the DICOM JSON Model (PS3.18 F.2.2). */
export type DataSet = Record<string, Element>;

/** What may be given for an element: nothing (type 2, empty), one value, or several. A sequence takes data sets. */
export type ElementValue = undefined | null | string | number | Uint8Array | DataSet | readonly ElementValue[];

interface DictionaryEntry {
  tag: string;
  vr: string;
}

/** Those of a Store response are at hand (PS3.18 Table I.2-1); the others are looked up. */
const entries = new Map<string, DictionaryEntry>([
  ["ReferencedSOPClassUID", { tag: "00081150", vr: "UI" }],
  ["ReferencedSOPInstanceUID", { tag: "00081155", vr: "UI" }],
  ["RetrieveURL", { tag: "00081190", vr: "UR" }],
  ["WarningReason", { tag: "00081196", vr: "US" }],
  ["FailureReason", { tag: "00081197", vr: "US" }],
  ["FailedSOPSequence", { tag: "00081198", vr: "SQ" }],
  ["ReferencedSOPSequence", { tag: "00081199", vr: "SQ" }],
  ["OtherFailuresSequence", { tag: "0008119A", vr: "SQ" }],
]);

/** The keywords that need no dictionary. */
export const KEYWORDS_AT_HAND: readonly string[] = [...entries.keys()];

function entryOf(keyword: string): DictionaryEntry {
  const known = entries.get(keyword);
  if (known) return known;
  const entry = lookUp(keyword);
  entries.set(keyword, entry);
  return entry;
}

/** What the data dictionary has for a keyword. Throws UNKNOWN_KEYWORD. */
export function lookUp(keyword: string): DictionaryEntry {
  const found = loadDcmjs().data.DicomMetaDictionary.nameMap[keyword];
  if (!found) throw new DicomError("UNKNOWN_KEYWORD", `"${keyword}" is no keyword of the data dictionary (PS3.6)`);
  return { tag: found.tag.replace(/[(),]/g, "").toUpperCase(), vr: explicitVR(found.vr) };
}

/** The dictionary leaves some representations to the encoding: "ox" is OW in what we write, "xs" is US (PS3.5 A.2). */
function explicitVR(vr: string): string {
  if (vr === "ox") return "OW";
  if (vr === "xs") return "US";
  return vr;
}

/** The tag of a keyword of PS3.6, eight upper-case hexadecimal digits. Throws UNKNOWN_KEYWORD. */
export function tagOf(keyword: string): string {
  return entryOf(keyword).tag;
}

/** The keyword of a tag, given as eight upper-case hexadecimal digits; undefined where PS3.6 has none. */
export function keywordOf(tag: string): string | undefined {
  return loadDcmjs().data.DicomMetaDictionary.dictionary[`(${tag.slice(0, 4)},${tag.slice(4)})`]?.name || undefined;
}

/** All values of an element; none when it is absent or empty. */
export function values(dataSet: DataSet, keyword: string): unknown[] {
  return dataSet[tagOf(keyword)]?.Value ?? [];
}

/** The first value as text without padding, a person name as its alphabetic group; undefined when absent or empty. */
export function text(dataSet: DataSet, keyword: string): string | undefined {
  return texts(dataSet, keyword)[0];
}

/** All non-empty values as text without padding, person names as their alphabetic group. */
export function texts(dataSet: DataSet, keyword: string): string[] {
  return values(dataSet, keyword).flatMap((value) => {
    const plain = isPersonName(value) ? (value.Alphabetic ?? "") : value;
    if (typeof plain !== "string" && typeof plain !== "number") return [];
    const trimmed = withoutPadding(String(plain));
    return trimmed === "" ? [] : [trimmed];
  });
}

/** Without spaces around it and zeros behind it (PS3.5 6.2). By hand: an expression tries each of a million spaces anew. */
function withoutPadding(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === " ") start += 1;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\0")) end -= 1;
  return text.slice(start, end);
}

function isPersonName(value: unknown): value is { Alphabetic?: string } {
  return typeof value === "object" && value !== null && "Alphabetic" in value;
}

/** All values that are finite numbers, decimal and integer strings among them. */
export function numbers(dataSet: DataSet, keyword: string): number[] {
  return values(dataSet, keyword).flatMap((value) => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? [number] : [];
  });
}

/** The first value as a number; undefined when absent, empty or not a number. */
export function number(dataSet: DataSet, keyword: string): number | undefined {
  return numbers(dataSet, keyword)[0];
}

/** The items of a sequence; none when it is absent or empty. */
export function items(dataSet: DataSet, keyword: string): DataSet[] {
  return values(dataSet, keyword).filter((value): value is DataSet => typeof value === "object" && value !== null);
}

/**
 * The binary values of an element: one for native pixel data, overlays and look-up tables in bytes; for encapsulated
 * pixel data one a frame, as dcmjs gathers them (PS3.5 A.4), in fragments where it does not.
 */
export function binaries(dataSet: DataSet, keyword: string): Uint8Array[] {
  return values(dataSet, keyword).flatMap((value) => {
    if (value instanceof ArrayBuffer) return [new Uint8Array(value)];
    if (ArrayBuffer.isView(value)) return [new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
    return [];
  });
}

/**
 * A data set from keywords (PS3.6) to values, each with the dictionary's value representation: `undefined` leaves the
 * element out, `null` or an empty array writes it empty (type 2, PS3.5 7.4.3). Throws UNKNOWN_KEYWORD.
 */
export function dataSetOf(content: Record<string, ElementValue>): DataSet {
  const dataSet: DataSet = {};
  for (const [keyword, value] of Object.entries(content)) {
    if (value === undefined) continue;
    const { tag, vr } = entryOf(keyword);
    dataSet[tag] = { vr, Value: valuesFor(vr, value) };
  }
  return dataSet;
}

function valuesFor(vr: string, value: ElementValue): unknown[] {
  const list = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return list.map((one) => {
    if (vr === "PN" && typeof one === "string") return personName(one);
    if (one instanceof Uint8Array) return one.buffer.slice(one.byteOffset, one.byteOffset + one.byteLength);
    return one;
  });
}

/** A person name's component groups, "Alphabetic=Ideographic=Phonetic", as the DICOM JSON Model has them (PS3.18 F.2.2). */
function personName(value: string): Record<string, string> {
  const [alphabetic, ideographic, phonetic] = value.split("=");
  return {
    ...(alphabetic ? { Alphabetic: alphabetic } : {}),
    ...(ideographic ? { Ideographic: ideographic } : {}),
    ...(phonetic ? { Phonetic: phonetic } : {}),
  };
}

/** The elements of the given keywords that the data set has, values unchanged. */
export function pick(dataSet: DataSet, keywords: readonly string[]): DataSet {
  const picked: DataSet = {};
  for (const keyword of keywords) {
    const tag = tagOf(keyword);
    const element = dataSet[tag];
    if (element) picked[tag] = element;
  }
  return picked;
}
