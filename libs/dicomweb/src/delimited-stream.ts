import type { ByteSource } from "./byte-source.ts";
import { MultipartError } from "./multipart-error.ts";

const EMPTY = Buffer.alloc(0);

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const SPACE = 0x20;
const TAB = 0x09;

/** White space that may follow a boundary on its line, to look for the line's end behind it. */
const MOST_PADDING = 1024;

/** What comes next: bytes of the current part, or a boundary, after which another part comes or none. */
export type Piece = Uint8Array | "next" | "close";

/**
 * Splits a stream of bytes at boundary delimiters, whatever the borders of its chunks (RFC 2046 5.1.1). It asks for a
 * chunk only when it needs one, so that who reads sets the pace, and hands out views on the chunks, not copies.
 *
 * The delimiter's own line end stays with the part that follows. A line that begins with the boundary and goes on with
 * anything but white space or "--" is no delimiter.
 */
export class DelimitedStream {
  readonly #source: ByteSource;
  #delimiter: Buffer;
  /** What was received and not handed out. Begins with a line end: the first delimiter may open the body. */
  #buffer: Buffer;
  readonly #boundary: string;
  /** So many bytes are a part's, and are not searched. */
  #certain = 0;

  constructor(source: ByteSource, boundary: string) {
    this.#source = source;
    this.#boundary = boundary;
    this.#delimiter = Buffer.from(`\n--${boundary}`, "latin1");
    this.#buffer = Buffer.from("\n");
  }

  /** Goes to the first delimiter, and takes its line end for that of all: CRLF, or LF from senders that know no better. */
  async skipPreamble(mostBytes: number, crlfOnly = false): Promise<"next" | "close"> {
    let skipped = 0;
    for (;;) {
      const piece = this.#next(() => noBoundary(`the body ends without it, after ${skipped} bytes`));
      if (piece === undefined) {
        await this.more();
        continue;
      }
      if (typeof piece === "string") {
        if (piece === "next") await this.#adoptLineEnd(crlfOnly);
        return piece;
      }
      skipped += piece.byteLength;
      if (skipped > mostBytes) throw noBoundary(`it does not come within the first ${mostBytes} bytes`);
    }
  }

  async #adoptLineEnd(crlfOnly: boolean): Promise<void> {
    // As far as that and no farther, however much has come: the outcome must not depend on the chunks.
    while (!this.#source.ended && this.#buffer.indexOf(LF) === -1 && this.#buffer.byteLength < MOST_PADDING) {
      if (!this.#fill()) await this.more();
    }
    const end = this.#buffer.subarray(0, MOST_PADDING).indexOf(LF);
    const lineEnd = end === -1 || this.#buffer[end - 1] === CR ? "\r\n" : "\n";
    if (crlfOnly && lineEnd !== "\r\n") throw noBoundary("its line ends in LF alone, where RFC 2046 5.1.1 has CRLF");
    this.#delimiter = Buffer.from(`${lineEnd}--${this.#boundary}`, "latin1");
  }

  /**
   * The next piece, as far as it has come; undefined where there has to be more first. Throws MultipartError TRUNCATED
   * where the body ends without a closing delimiter.
   */
  take(): Piece | undefined {
    return this.#next(() => new MultipartError("TRUNCATED", "the body ends without the closing boundary"));
  }

  /** Says that the next so many bytes hold no delimiter. */
  trust(length: number): void {
    this.#certain = length;
  }

  /** Waits until more has come, or nothing will. */
  more(): Promise<void> {
    return this.#source.more();
  }

  #next(atEnd: () => MultipartError): Piece | undefined {
    // Up to here it is a part's, though it may look like a delimiter.
    let past = 0;
    for (;;) {
      if (this.#certain > 0 && this.#buffer.byteLength > 0) return this.#cutCertain();
      const at = this.#buffer.indexOf(this.#delimiter, past);
      if (at === -1) {
        const certain = this.#buffer.byteLength - this.#possibleBeginning();
        if (certain > 0) return this.#cut(certain);
        if (this.#fill()) continue;
        if (this.#source.ended) throw atEnd();
        return undefined;
      }
      const behind = at + this.#delimiter.byteLength;
      if (this.#buffer.byteLength < behind + 2 && !this.#source.ended) {
        if (at > 0) return this.#cut(at);
        if (this.#fill()) continue;
        return undefined;
      }
      const found = this.#meaning(behind);
      if (found === undefined) past = at + 1;
      else if (at > 0) return this.#cut(at);
      else {
        this.#cut(found === "close" ? behind + 2 : behind);
        return found;
      }
    }
  }

  #cutCertain(): Uint8Array {
    const piece = this.#cut(Math.min(this.#certain, this.#buffer.byteLength));
    this.#certain -= piece.byteLength;
    return piece;
  }

  #cut(length: number): Uint8Array {
    const all = this.#buffer;
    this.#buffer = length === all.byteLength ? EMPTY : all.subarray(length);
    return length === all.byteLength ? all : all.subarray(0, length);
  }

  /** What a delimiter says by the two bytes behind it; undefined where they make it none. */
  #meaning(behind: number): "next" | "close" | undefined {
    const [first, second] = this.#buffer.subarray(behind, behind + 2);
    if (first === DASH && second === DASH) return "close";
    return first === SPACE || first === TAB || first === CR || first === LF ? "next" : undefined;
  }

  /** How many bytes at the end may be the beginning of a delimiter that goes on in the next chunk. */
  #possibleBeginning(): number {
    const { byteLength } = this.#buffer;
    let at = Math.max(0, byteLength - this.#delimiter.byteLength + 1);
    for (;;) {
      at = this.#buffer.indexOf(this.#delimiter[0]!, at);
      if (at === -1) return 0;
      const length = byteLength - at;
      if (this.#buffer.subarray(at).equals(this.#delimiter.subarray(0, length))) return length;
      at += 1;
    }
  }

  /** Takes another chunk, if one is there. */
  #fill(): boolean {
    const chunk = this.#source.take();
    if (chunk === undefined) return false;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#buffer = this.#buffer.byteLength === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    return true;
  }

  /** Reads and drops what is left, such as an epilogue. */
  async discard(): Promise<void> {
    this.#buffer = EMPTY;
    while (!this.#source.ended) {
      if (this.#source.take() === undefined) await this.more();
    }
  }
}

function noBoundary(reason: string): MultipartError {
  return new MultipartError("NO_BOUNDARY", `the boundary that Content-Type names is not in the body: ${reason}`);
}
