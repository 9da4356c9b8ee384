/** What the prefix and the lengths of a file's elements say: whether it ends where the last of them does. */
export type Wholeness = "whole" | "truncated" | "malformed" | "no prefix";

type Context = "data set" | "sequence" | "fragments";

const PREFIX_AT = 128;
const PREFIX = Buffer.from("DICM");
const UNDEFINED_LENGTH = 0xffffffff;
const MOST_DEPTH = 64;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** One more than a UID may have: a value that is longer shows, and is none. */
const MOST_VALUE_BYTES = 65;

/** Value representations whose length has 32 bits (PS3.5 Table 7.1-1), and the others. */
const LONG = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const SHORT = new Set([
  ...["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"],
  ...["LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"],
]);

/**
 * Walks over the elements of a DICOM file in Explicit VR Little Endian, native or encapsulated (PS3.10 7.1; PS3.5 7.1,
 * 7.5, A.4), while its bytes pass by: it looks at tags and lengths, and keeps the values of a few UIDs. So it takes no
 * memory and next to no time, however large the file and whatever is in it, and it sees where a file is cut short, which
 * a reader of the first kilobytes does not. What is nested in an element of defined length is not looked at.
 */
export class ElementWalk {
  readonly #wanted: ReadonlySet<number>;
  readonly #values = new Map<number, string>();
  readonly #header = Buffer.alloc(12);
  readonly #value = Buffer.alloc(MOST_VALUE_BYTES);
  /** The tag of which the value passes by, and is wanted. */
  #keeping: number | undefined;
  #kept = 0;
  /** Bytes of the current element's header, or of the prefix, that are there. */
  #filled = 0;
  /** Bytes to go over before the next header. */
  #skip = PREFIX_AT;
  #prefix: "to come" | "there" | "missing" = "to come";
  /** What surrounds the next element, the innermost last; implicit inside UN of undefined length (PS3.5 6.2.2). */
  readonly #within: { context: Context; implicit: boolean }[] = [{ context: "data set", implicit: false }];
  #malformed = false;

  /** @param wanted tags, as numbers such as 0x0020000d, of UIDs to keep where they stand in the outermost data set */
  constructor(wanted: Iterable<number> = []) {
    this.#wanted = new Set(wanted);
  }

  /** The value of a wanted element, without padding; undefined while it has not come. */
  value(tag: number): string | undefined {
    return this.#values.get(tag);
  }

  /** What is certain before the end: nothing that comes can make it whole. */
  get spoilt(): "malformed" | "no prefix" | undefined {
    if (this.#prefix === "missing") return "no prefix";
    return this.#malformed ? "malformed" : undefined;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && this.spoilt === undefined) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.byteLength - at);
        this.#goOver(chunk.subarray(at, at + step));
        at += step;
        continue;
      }
      this.#header[this.#filled] = chunk[at]!;
      this.#filled += 1;
      at += 1;
      if (this.#prefix === "to come") this.#checkPrefix();
      else if (this.#filled >= 8) this.#enterElement();
    }
  }

  end(): Wholeness {
    if (this.spoilt !== undefined) return this.spoilt;
    if (this.#prefix === "to come") return "no prefix";
    if (this.#skip > 0 || this.#within.length > 1) return "truncated";
    // A single byte of padding behind an odd file is common, and harmless.
    const isPadding = this.#header.subarray(0, this.#filled).every((byte) => byte === 0);
    return this.#filled < 8 && isPadding ? "whole" : "truncated";
  }

  #checkPrefix(): void {
    if (this.#filled < PREFIX.byteLength) return;
    this.#prefix = PREFIX.equals(this.#header.subarray(0, PREFIX.byteLength)) ? "there" : "missing";
    this.#filled = 0;
  }

  #goOver(bytes: Uint8Array): void {
    this.#skip -= bytes.byteLength;
    if (this.#keeping === undefined) return;
    this.#value.set(bytes.subarray(0, MOST_VALUE_BYTES - this.#kept), this.#kept);
    this.#kept = Math.min(this.#kept + bytes.byteLength, MOST_VALUE_BYTES);
    if (this.#skip === 0) this.#keep();
  }

  #keep(): void {
    const value = this.#value.toString("latin1", 0, this.#kept).replace(/[ \0]+$/, "");
    this.#values.set(this.#keeping!, value);
    this.#keeping = undefined;
  }

  #enterElement(): void {
    const skip = this.#readHeader();
    if (skip === "more") return;
    if (skip === "malformed") this.#malformed = true;
    else this.#skip = skip;
    this.#filled = 0;
  }

  /** How many bytes to go over before the next header; "more" where this one has more than 8 bytes. */
  #readHeader(): number | "more" | "malformed" {
    const header = this.#header;
    const tag = header.readUInt16LE(0) * 0x10000 + header.readUInt16LE(2);
    const { context, implicit } = this.#within.at(-1)!;
    if (tag >= ITEM && tag <= SEQUENCE_END) return this.#delimit(tag, header.readUInt32LE(4));
    if (context !== "data set") return "malformed";
    if (implicit) return this.#open(header.readUInt32LE(4), "sequence", true);
    const vr = header.toString("latin1", 4, 6);
    if (SHORT.has(vr)) return this.#short(tag, header.readUInt16LE(6));
    if (!LONG.has(vr)) return "malformed";
    if (this.#filled < 12) return "more";
    const length = header.readUInt32LE(8);
    if (vr === "SQ" || vr === "UN") return this.#open(length, "sequence", vr === "UN");
    if (vr === "OB" || vr === "OW") return this.#open(length, "fragments", false);
    return length === UNDEFINED_LENGTH ? "malformed" : length;
  }

  #short(tag: number, length: number): number {
    if (this.#within.length === 1 && this.#wanted.has(tag) && !this.#values.has(tag)) {
      this.#keeping = tag;
      this.#kept = 0;
      if (length === 0) this.#keep();
    }
    return length;
  }

  /** An item, or the end of an item or sequence (PS3.5 7.5). */
  #delimit(tag: number, length: number): number | "malformed" {
    const { context, implicit } = this.#within.at(-1)!;
    if (tag === ITEM && context === "sequence") return this.#open(length, "data set", implicit);
    if (tag === ITEM && context === "fragments" && length !== UNDEFINED_LENGTH) return length;
    const closes = tag === SEQUENCE_END ? context !== "data set" : tag === ITEM_END && context === "data set";
    if (!closes || length !== 0 || this.#within.length === 1) return "malformed";
    this.#within.pop();
    return 0;
  }

  /** Goes into what has no length of its own, and over what has one. */
  #open(length: number, context: Context, implicit: boolean): number | "malformed" {
    if (length !== UNDEFINED_LENGTH) return length;
    if (this.#within.length > MOST_DEPTH) return "malformed";
    this.#within.push({ context, implicit });
    return 0;
  }
}
