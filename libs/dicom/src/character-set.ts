import type { DcmjsDataSet, DcmjsElement } from "dcmjs";
import { convertBytes } from "dicom-character-set";

/** The representations whose text is in the Specific Character Set (PS3.5 6.1.2.2). */
const TEXT = new Set(["SH", "LO", "UC", "PN", "ST", "LT", "UT"]);
/** Of these, the ones of which an element has one value, in which a backslash is a backslash. */
const SINGLE = new Set(["ST", "LT", "UT"]);

/** What designates a code element (PS3.5 6.1.2.5, ISO/IEC 2022). */
const ESCAPE_SEQUENCE = new RegExp(`${String.fromCharCode(0x1b)}[$(),-][()]?[A-Z0-9]`, "g");

const SPECIFIC_CHARACTER_SET = "00080005";

/** What dcmjs reads single bytes as, by the first value of Specific Character Set; Latin-1 where it knows no better. */
const SINGLE_BYTE: Record<string, string> = {
  "13": "shift_jis",
  "101": "iso-8859-2",
  "109": "iso-8859-3",
  "110": "iso-8859-4",
  "126": "iso-8859-7",
  "127": "iso-8859-6",
  "138": "iso-8859-8",
  "144": "iso-8859-5",
  "148": "iso-8859-9",
  "166": "windows-874",
};

/** Latin-9, which came into the standard after the library that knows the others. */
const LATIN_9 = /^ISO[_ ](2022 )?IR 203$/;

/**
 * A data set as dcmjs read it, which takes one character set for all: text in several (code extensions, PS3.5 6.1.2.4)
 * is turned back into its bytes and decoded by each escape sequence's own. Text whose bytes cannot be told stays as it
 * is, without its escape sequences.
 */
export function withCodeExtensions(dataSet: DcmjsDataSet, inherited?: readonly string[]): DcmjsDataSet {
  const sets = setsOf(dataSet[SPECIFIC_CHARACTER_SET]) ?? inherited;
  if (sets === undefined) return dataSet;
  const bytesOf = byteTable(sets[0] ?? "");
  return Object.fromEntries(
    Object.entries(dataSet).map(([tag, element]) => [tag, decoded(element, sets, bytesOf)] as const),
  );
}

/** Whether text may hold escape sequences. */
export function hasCodeExtensions(dataSet: DcmjsDataSet): boolean {
  return setsOf(dataSet[SPECIFIC_CHARACTER_SET])?.some((set) => set.startsWith("ISO 2022")) ?? false;
}

/** The values that the file has; dcmjs writes its own over them. */
function setsOf(element: DcmjsElement | undefined): string[] | undefined {
  const raw = element?._rawValue;
  return Array.isArray(raw) ? raw.map((value) => String(value).trim()) : undefined;
}

function decoded(element: DcmjsElement, sets: readonly string[], bytesOf: Map<string, number>): DcmjsElement {
  const { vr, Value = [], _rawValue } = element;
  if (vr === "SQ") return { vr, Value: Value.map((item) => withCodeExtensions(item as DcmjsDataSet, sets)) };
  const raw = Array.isArray(_rawValue) ? _rawValue.join("\\") : _rawValue;
  if (!TEXT.has(vr) || typeof raw !== "string") return element;
  const text = decode(raw, vr, sets, bytesOf) ?? raw.replace(ESCAPE_SEQUENCE, "");
  const texts = SINGLE.has(vr) ? [text] : text.split("\\");
  return { vr, Value: vr === "PN" ? texts.map(personName) : texts };
}

function decode(raw: string, vr: string, sets: readonly string[], bytesOf: Map<string, number>): string | undefined {
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) {
    const byte = bytesOf.get(raw[at]!);
    if (byte === undefined) return undefined;
    bytes[at] = byte;
  }
  if (sets.length === 1 && LATIN_9.test(sets[0]!)) return new TextDecoder("iso-8859-15").decode(bytes);
  try {
    return convertBytes(sets.join("\\"), bytes, { vr });
  } catch {
    return undefined;
  }
}

/** Which byte a character was, by the decoder that dcmjs took. */
function byteTable(first: string): Map<string, number> {
  const registration = /IR (\d+)$/.exec(first)?.[1] ?? "";
  const decoder = new TextDecoder(SINGLE_BYTE[registration] ?? "latin1");
  const table = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const character = decoder.decode(Uint8Array.of(byte));
    if (character.length === 1 && character !== "\ufffd") table.set(character, byte);
  }
  return table;
}

/** A person name's component groups, as dcmjs has them. */
function personName(text: string): Record<string, string> {
  const [Alphabetic = "", Ideographic = "", Phonetic = ""] = text.split("=");
  return { Alphabetic, ...(Ideographic ? { Ideographic } : {}), ...(Phonetic ? { Phonetic } : {}) };
}
