import { LONG_LENGTH, SHORT_LENGTH } from "@redspot/dicom";

/** What the prefix and the lengths of a file's elements say: whether it ends where the last of them does. */
export type Wholeness = "whole" | "truncated" | "malformed" | "no prefix";

/** How the elements of a data set are written (PS3.5 A.1 to A.3): with or without their representation, which byte first. */
export interface ElementEncoding {
  implicit: boolean;
  bigEndian: boolean;
}

interface Context extends ElementEncoding {
  of: "data set" | "sequence" | "fragments";
  /** Where it ends, or must have ended, in bytes from the file's beginning. */
  limit: number;
  /** Of undefined length: a delimiter ends it. */
  delimited: boolean;
}

const OUTERMOST = { of: "data set", limit: Number.POSITIVE_INFINITY, delimited: false } as const;
const EXPLICIT_LITTLE_ENDIAN: ElementEncoding = { implicit: false, bigEndian: false };
const IMPLICIT_LITTLE_ENDIAN: ElementEncoding = { implicit: true, bigEndian: false };

const PREFIX_AT = 128;
const PREFIX = Buffer.from("DICM");
const UNDEFINED_LENGTH = 0xffffffff;

/** So many sequences and items may be around an element: objects of the standard have less than a third of it. */
const MOST_DEPTH = 64;

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;

/** One more than a UID may have: a value that is longer shows, and is none. */
const MOST_VALUE_BYTES = 65;

/**
 * Walks over the elements of a DICOM file (PS3.10 7.1; PS3.5 7.1, 7.5, A.4) while its bytes pass by: it looks at tags
 * and lengths, and keeps the values of a few UIDs. So it takes no memory and next to no time, however large the file and
 * whatever is in it, and it sees where a file is cut short, which a reader of the first kilobytes does not. It goes into
 * sequences, as far as their representation says that they are some.
 *
 * It begins in Explicit VR Little Endian, as File Meta Information is; `goOnIn` tells it of another encoding behind that.
 */
export class ElementWalk {
  readonly #wanted: ReadonlySet<number>;
  readonly #values = new Map<number, string>();
  readonly #seen = new Set<number>();
  readonly #header = Buffer.alloc(12);
  readonly #value = Buffer.alloc(MOST_VALUE_BYTES);
  /** The tag of which the value passes by, and is wanted. */
  #keeping: number | undefined;
  #kept = 0;
  /** Bytes of the current element's header, or of the prefix, that are there. */
  #filled = 0;
  /** Bytes to go over before the next header. */
  #skip = PREFIX_AT;
  /** How many bytes have passed by. */
  #at = 0;
  #prefix: "to come" | "there" | "missing" = "to come";
  /** What surrounds the next element, the innermost last. */
  readonly #within: Context[] = [{ ...OUTERMOST, ...EXPLICIT_LITTLE_ENDIAN }];
  #malformed = false;

  /** @param wanted tags, as numbers such as 0x0020000d, of which to keep UIDs, where they stand in the outermost data set */
  constructor(wanted: Iterable<number> = []) {
    this.#wanted = new Set(wanted);
  }

  /** The value of a wanted element, without padding; undefined while it has not come. */
  value(tag: number): string | undefined {
    return this.#values.get(tag);
  }

  /** Whether a wanted element has come, whatever its value. */
  has(tag: number): boolean {
    return this.#seen.has(tag);
  }

  /** From here on, the elements are written otherwise. To be called between two elements of the outermost data set. */
  goOnIn(encoding: ElementEncoding): void {
    if (this.#within.length > 1 || this.#skip > 0 || this.#filled > 0) this.#malformed = true;
    this.#within[0] = { ...OUTERMOST, ...encoding };
  }

  /** What is certain before the end: nothing that comes can make it whole. */
  get spoilt(): "malformed" | "no prefix" | undefined {
    if (this.#prefix === "missing") return "no prefix";
    return this.#malformed ? "malformed" : undefined;
  }

  /** Where the element that passes by says it ends, in bytes from the file's beginning. */
  get elementEnd(): number {
    return this.#at + this.#skip;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.byteLength && this.spoilt === undefined) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.byteLength - at);
        this.#goOver(chunk.subarray(at, at + step));
        at += step;
        this.#at += step;
        if (this.#skip === 0) this.#leaveWhatEnds();
        continue;
      }
      this.#header[this.#filled] = chunk[at]!;
      this.#filled += 1;
      at += 1;
      this.#at += 1;
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
    this.#filled = 0;
    if (skip === "malformed" || this.#at + skip > this.#within.at(-1)!.limit) this.#malformed = true;
    else this.#skip = skip;
    if (this.#skip === 0) this.#leaveWhatEnds();
  }

  /** Out of all sequences and items whose length is used up. */
  #leaveWhatEnds(): void {
    while (this.#at >= this.#within.at(-1)!.limit) {
      if (this.#within.pop()!.delimited) this.#malformed = true;
    }
  }

  /** How many bytes to go over before the next header; "more" where this one has more than 8 bytes. */
  #readHeader(): number | "more" | "malformed" {
    const header = this.#header;
    const within = this.#within.at(-1)!;
    const tag = this.#uint16(0) * 0x10000 + this.#uint16(2);
    if (tag >= ITEM && tag <= SEQUENCE_END) return this.#delimit(tag, this.#uint32(4));
    if (within.of !== "data set") return "malformed";
    if (within.implicit) return this.#implicit(tag, this.#uint32(4));
    const vr = header.toString("latin1", 4, 6);
    if (SHORT_LENGTH.has(vr)) return this.#valueOf(tag, this.#uint16(6));
    if (!LONG_LENGTH.has(vr)) return "malformed";
    if (this.#filled < 12) return "more";
    this.#note(tag);
    const length = this.#uint32(8);
    if (vr === "SQ") return this.#open(length, "sequence", within);
    if (length !== UNDEFINED_LENGTH) return length;
    // Inside UN of undefined length elements are implicit, whatever they are outside (PS3.5 6.2.2).
    if (vr === "UN") return this.#open(length, "sequence", IMPLICIT_LITTLE_ENDIAN);
    return vr === "OB" || vr === "OW" ? this.#open(length, "fragments", within) : "malformed";
  }

  #uint16(at: number): number {
    return this.#within.at(-1)!.bigEndian ? this.#header.readUInt16BE(at) : this.#header.readUInt16LE(at);
  }

  #uint32(at: number): number {
    return this.#within.at(-1)!.bigEndian ? this.#header.readUInt32BE(at) : this.#header.readUInt32LE(at);
  }

  /** An element without representation: of undefined length it can only be a sequence (PS3.5 7.1.3). */
  #implicit(tag: number, length: number): number | "malformed" {
    if (length !== UNDEFINED_LENGTH) return this.#valueOf(tag, length);
    return this.#open(length, "sequence", IMPLICIT_LITTLE_ENDIAN);
  }

  #valueOf(tag: number, length: number): number {
    if (this.#note(tag)) {
      this.#keeping = tag;
      this.#kept = 0;
      if (length === 0) this.#keep();
    }
    return length;
  }

  /** Whether the element is wanted, and stands in the outermost data set: once at most, or readers would disagree. */
  #note(tag: number): boolean {
    const wanted = this.#within.length === 1 && this.#wanted.has(tag);
    if (wanted && this.#seen.has(tag)) this.#malformed = true;
    if (wanted) this.#seen.add(tag);
    return wanted;
  }

  /** An item, or the end of an item or sequence (PS3.5 7.5). */
  #delimit(tag: number, length: number): number | "malformed" {
    const within = this.#within.at(-1)!;
    if (tag === ITEM && within.of === "sequence") return this.#open(length, "data set", within);
    if (tag === ITEM && within.of === "fragments" && length !== UNDEFINED_LENGTH) return length;
    const closes = tag === SEQUENCE_END ? within.of !== "data set" : tag === ITEM_END && within.of === "data set";
    if (!closes || length !== 0 || !within.delimited) return "malformed";
    this.#within.pop();
    return 0;
  }

  /** Goes into a sequence, an item or encapsulated pixel data, which must not end behind what it is in. */
  #open(length: number, of: Context["of"], { implicit, bigEndian }: ElementEncoding): 0 | "malformed" {
    const around = this.#within.at(-1)!;
    const delimited = length === UNDEFINED_LENGTH;
    const limit = delimited ? around.limit : this.#at + length;
    if (this.#within.length > MOST_DEPTH || limit > around.limit) return "malformed";
    this.#within.push({ of, limit, delimited, implicit, bigEndian });
    return 0;
  }
}
