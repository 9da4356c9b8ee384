import { ByteSource } from "./byte-source.ts";
import { DelimitedStream } from "./delimited-stream.ts";
import { MultipartError } from "./multipart-error.ts";
import { type PartHeaders, type PartProblem, parsePartHeader } from "./part-header.ts";

/** One part of a multipart body (RFC 2046 5.1). */
export interface Part {
  headers: PartHeaders;
  /** Set where the header fields are not usable; `headers` and `body` are empty then. */
  problem?: PartProblem;
  /** The bytes, once, as they come in. What is not read is dropped when the next part is asked for. */
  body: ByteSource;
}

export interface MultipartLimits {
  /** Bytes of one part's header fields. */
  maxHeaderBytes?: number;
  maxParts?: number;
  /** Bytes before the first boundary. */
  maxPreambleBytes?: number;
  /** Whether lines have to end in CRLF (RFC 2046 5.1.1); otherwise LF alone will do, throughout. */
  crlfOnly?: boolean;
  /**
   * Whether so many bytes of a part as its Content-Length says are taken for its own unsearched. For who sends in good faith:
   * RFC 2046 has no such field. A part that is longer is read whole all the same; one that is shorter swallows what comes
   * behind it.
   */
  trustLengths?: boolean;
}

/**
 * Takes a multipart body apart as it comes in, holding no more than one chunk of it. Preamble and epilogue are dropped.
 *
 * The source is read to its end, but never destroyed: an answer can still go out on the same connection.
 * Throws MultipartError where the framing is broken, from the part's body when it happens there; errors of the source
 * come through as they are.
 */
export async function* readMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  {
    maxHeaderBytes = 16 * 1024,
    maxParts = Infinity,
    maxPreambleBytes = 64 * 1024,
    crlfOnly = false,
    trustLengths = false,
  }: MultipartLimits = {},
): AsyncGenerator<Part, void, undefined> {
  const stream = new DelimitedStream(ByteSource.from(source), boundary);
  let last = await stream.skipPreamble(maxPreambleBytes, crlfOnly);
  for (let count = 1; last === "next"; count += 1) {
    if (count > maxParts) throw new MultipartError("TOO_MANY_PARTS", `the body has more than ${maxParts} parts`);
    const body = new PartBody(stream);
    const header = await body.readHeader(maxHeaderBytes);
    if (trustLengths && typeof header !== "string") body.trust(header.get("content-length"));
    yield typeof header === "string"
      ? { headers: new Map(), problem: header, body: ByteSource.from(nothing()) }
      : { headers: header, body };
    last = await body.skip();
  }
  await stream.discard();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const BLANK_LINE = /\r?\n\r?\n/g;

/** One part of a delimited stream; what comes behind its header, once that has been read. */
class PartBody extends ByteSource {
  readonly #stream: DelimitedStream;
  /** What came behind the header in the same chunk. */
  #ahead: Uint8Array | undefined;
  #end: "next" | "close" | undefined;

  constructor(stream: DelimitedStream) {
    super();
    this.#stream = stream;
  }

  take(): Uint8Array | undefined {
    const ahead = this.#ahead;
    if (ahead !== undefined) {
      this.#ahead = undefined;
      return ahead;
    }
    if (this.#end !== undefined) return undefined;
    const piece = this.#stream.take();
    if (typeof piece !== "string") return piece;
    this.#end = piece;
    return undefined;
  }

  get ended(): boolean {
    return this.#end !== undefined && this.#ahead === undefined;
  }

  more(): Promise<void> {
    return this.#stream.more();
  }

  /** The part begins with what is left of the boundary's line; a part that ends within its header has an empty body. */
  async readHeader(mostBytes: number): Promise<PartHeaders | PartProblem> {
    let header = "";
    for (;;) {
      const bytes = this.take();
      if (bytes === undefined) {
        if (this.ended) return parsePartHeader(header);
        await this.more();
        continue;
      }
      const before = header.length;
      const room = mostBytes + 4 - before;
      header += Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, room)).toString("latin1");
      BLANK_LINE.lastIndex = Math.max(0, before - 3);
      const blank = BLANK_LINE.exec(header);
      if (blank) {
        const end = blank.index + blank[0].length;
        if (end - before < bytes.byteLength) this.#ahead = bytes.subarray(end - before);
        return parsePartHeader(header.slice(0, blank.index));
      }
      if (header.length >= mostBytes + 4) return "HEADER_TOO_LARGE";
    }
  }

  /** Takes a Content-Length (RFC 9110 8.6) for the number of bytes behind the header. */
  trust(contentLength = ""): void {
    const ahead = this.#ahead?.byteLength ?? 0;
    if (this.#end === undefined && /^\d{1,15}$/.test(contentLength))
      this.#stream.trust(Math.max(0, Number(contentLength) - ahead));
  }

  /** Goes to the part's end, and tells what comes then. */
  async skip(): Promise<"next" | "close"> {
    while (!this.ended) {
      if (this.take() === undefined && !this.ended) await this.more();
    }
    return this.#end!;
  }
}
