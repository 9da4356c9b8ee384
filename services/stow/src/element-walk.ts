/** What the lengths of a file's elements say: whether it ends where the last of them does. */
export type Wholeness = "whole" | "truncated" | "malformed";

type Context = "data set" | "sequence" | "fragments";

const PREAMBLE_BYTES = 132;
const UNDEFINED_LENGTH = 0xffffffff;
const MOST_DEPTH = 64;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** Value representations whose length has 32 bits (PS3.5 Table 7.1-1). */
const LONG = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const SHORT = new Set([
  ...["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO"],
  ...["LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"],
]);

/**
 * Walks over the elements of a DICOM file in Explicit VR Little Endian, native or encapsulated (PS3.5 7.1, 7.5, A.4),
 * while the bytes pass by: it looks at tags and lengths only, and keeps none of the values. What is nested in an element
 * of defined length is not looked at.
 */
export class ElementWalk {
  readonly #header = Buffer.alloc(12);
  /** Bytes of the current element's header that are there. */
  #filled = 0;
  /** Bytes to go over before the next header. */
  #skip = PREAMBLE_BYTES;
  /** What surrounds the next element, the innermost last; implicit inside UN of undefined length (PS3.5 6.2.2). */
  readonly #within: { context: Context; implicit: boolean }[] = [{ context: "data set", implicit: false }];
  #malformed = false;

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && !this.#malformed) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.byteLength - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      this.#header[this.#filled] = chunk[at]!;
      this.#filled += 1;
      at += 1;
      if (this.#filled >= 8) this.#enterElement();
    }
  }

  end(): Wholeness {
    if (this.#malformed) return "malformed";
    if (this.#skip > 0 || this.#within.length > 1) return "truncated";
    // A single byte of padding behind an odd file is common, and harmless.
    const isPadding = this.#header.subarray(0, this.#filled).every((byte) => byte === 0);
    return this.#filled < 8 && isPadding ? "whole" : "truncated";
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
    if (SHORT.has(vr)) return header.readUInt16LE(6);
    if (!LONG.has(vr)) return "malformed";
    if (this.#filled < 12) return "more";
    const length = header.readUInt32LE(8);
    if (vr === "SQ" || vr === "UN") return this.#open(length, "sequence", vr === "UN");
    if (vr === "OB" || vr === "OW") return this.#open(length, "fragments", false);
    return length === UNDEFINED_LENGTH ? "malformed" : length;
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
