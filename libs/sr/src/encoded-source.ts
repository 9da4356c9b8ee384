import { type DataSet, dataSetOf, readPart10, writePart10 } from "@redspot/dicom";
import { aSource } from "./report-fixture.ts";

/** A component group that a name may have in a character set, in bytes and in Unicode. */
interface EncodedGroup {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** A character set of PS3.3 C.12.1.1.2, with what names can be written in it. */
export interface CharacterSet {
  readonly value: readonly string[];
  /** Letters that a byte each stands for, beside ASCII. */
  readonly letters: readonly EncodedGroup[];
  /** Ideographic and phonetic groups, whole, from the examples of PS3.5 Annexes H to K. */
  readonly groups?: { readonly ideographic: EncodedGroup; readonly phonetic: EncodedGroup };
}

const hex = (digits: string, text: string): EncodedGroup => ({
  bytes: Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex")),
  text,
});

/** The letters of a single-byte character set, in the half that is not ASCII. */
function lettersOf(label: string): EncodedGroup[] {
  const decoder = new TextDecoder(label);
  return Array.from({ length: 96 }, (_, i) => ({
    bytes: Uint8Array.of(0xa0 + i),
    text: decoder.decode(Uint8Array.of(0xa0 + i)),
  })).filter(({ text }) => /^\p{L}$/u.test(text));
}

const utf8 = (text: string): EncodedGroup => ({ bytes: new TextEncoder().encode(text), text });

const JAPANESE = {
  ideographic: hex("1b24423b3345441b28425e1b244242404f3a1b2842", "山田^太郎"),
  phonetic: hex("1b2442246424 5e24401b28425e1b2442243f246d24261b2842", "やまだ^たろう"),
};

export const CHARACTER_SETS: Readonly<Record<string, CharacterSet>> = {
  "the default": { value: [], letters: [] },
  "Latin 1": { value: ["ISO_IR 100"], letters: lettersOf("iso-8859-1") },
  "Latin 2": { value: ["ISO_IR 101"], letters: lettersOf("iso-8859-2") },
  "Latin 3": { value: ["ISO_IR 109"], letters: lettersOf("iso-8859-3") },
  "Latin 4": { value: ["ISO_IR 110"], letters: lettersOf("iso-8859-4") },
  Cyrillic: { value: ["ISO_IR 144"], letters: lettersOf("iso-8859-5") },
  Arabic: { value: ["ISO_IR 127"], letters: lettersOf("iso-8859-6") },
  Greek: { value: ["ISO_IR 126"], letters: lettersOf("iso-8859-7") },
  Hebrew: { value: ["ISO_IR 138"], letters: lettersOf("iso-8859-8") },
  "Latin 5": { value: ["ISO_IR 148"], letters: lettersOf("iso-8859-9") },
  "Latin 9": { value: ["ISO_IR 203"], letters: lettersOf("iso-8859-15") },
  Thai: { value: ["ISO_IR 166"], letters: lettersOf("windows-874") },
  Katakana: { value: ["ISO_IR 13"], letters: [hex("d4", "ﾔ"), hex("cf", "ﾏ"), hex("c0", "ﾀ")] },
  Japanese: { value: ["", "ISO 2022 IR 87"], letters: [], groups: JAPANESE },
  "Latin and Japanese": {
    value: ["ISO 2022 IR 100", "ISO 2022 IR 87"],
    letters: lettersOf("iso-8859-1"),
    groups: JAPANESE,
  },
  "Katakana and Japanese": {
    value: ["ISO 2022 IR 13", "ISO 2022 IR 87"],
    letters: [hex("d4", "ﾔ"), hex("cf", "ﾏ"), hex("c0", "ﾀ")],
    groups: {
      ideographic: hex("1b24423b3345441b284a5e1b244242404f3a1b284a", "山田^太郎"),
      phonetic: hex("1b2442246424 5e24401b284a5e1b2442243f246d24261b284a", "やまだ^たろう"),
    },
  },
  Korean: {
    value: ["", "ISO 2022 IR 149"],
    letters: [],
    groups: {
      ideographic: hex("1b242943fbf35e1b242943d1ced4d7", "洪^吉洞"),
      phonetic: hex("1b242943c8ab5e1b242943b1e6b5bf", "홍^길동"),
    },
  },
  "Chinese by extensions": {
    value: ["", "ISO 2022 IR 58"],
    letters: [],
    groups: {
      ideographic: hex("1b242941d5c55e1b242941d0a1b6ab", "张^小东"),
      phonetic: hex("1b242941d5c5", "张"),
    },
  },
  GB18030: {
    value: ["GB18030"],
    // Of the last three the second byte looks like a backslash, a bar and a caret.
    letters: [hex("cdf5", "王"), hex("d0a1", "小"), hex("815c", "乗"), hex("847c", "剕"), hex("915e", "慯")],
    groups: { ideographic: hex("cdf55ed0a1b6ab", "王^小东"), phonetic: hex("cdf5", "王") },
  },
  "UTF-8": {
    value: ["ISO_IR 192"],
    letters: [..."äŁжΩשก山"].map(utf8),
    groups: { ideographic: utf8("王^小東"), phonetic: utf8("わん^しゃおどん") },
  },
};

/**
 * The header of a radiograph as it is read from a file whose Patient's Name is these bytes, in this character set. The
 * file is written with something else of the same length there, and the bytes put in.
 */
export function sourceEncoded({ value }: CharacterSet, name: Uint8Array): DataSet {
  // As many letters, in values that are no longer than a value may be.
  const held = Array.from({ length: name.length }, (_, i) => (i % 64 === 63 && i + 1 < name.length ? "\\" : "X")).join(
    "",
  );
  const file = writePart10({
    ...aSource({ PatientName: held.split("\\") }),
    ...dataSetOf({ SpecificCharacterSet: value.length === 0 ? null : value, ReferringPhysicianName: null }),
  });
  const at = Buffer.from(file).indexOf(held);
  if (at < 0) throw new Error(`${held.length} letters are nowhere in the file`);
  file.set(name, at);
  return readPart10(file).dataSet;
}
