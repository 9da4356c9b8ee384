import { HTTPParser } from "http-parser-js";
import { type Asker, Connection } from "./connection.ts";

/** An HTTP answer, of which the body is still coming in. */
export interface OpenAnswer {
  status: number;
  headers: Headers;
  /**
   * The body, once, as it comes in. The memory of a chunk is used again: it holds the chunk until the next one has been
   * given. Throws what the connection throws, and where the body is not whole.
   */
  body: AsyncGenerator<Uint8Array, void, undefined>;
  /** Ends the connection, for whoever does not read the body to its end. */
  close(): void;
}

interface GetOptions {
  headers: Readonly<Record<string, string>>;
  /** Ends the connection, at any time before the body has been read to its end. */
  signal: AbortSignal;
}

/** So many bytes with nothing of a body in them are no HTTP that anybody wants to read. */
const MOST_OVERHEAD_BYTES = 128 * 1024;
// The parser's own limit takes the last bytes of a body for the header of an answer behind it.
HTTPParser.maxHeaderSize = Number.POSITIVE_INFINITY;

/**
 * Asks for something large (GET, RFC 9112) and reads the answer into memory that is used again and again. Node's own
 * clients give every 64 KiB memory of their own; to make and to collect it takes several times as long as to read.
 * Redirects are not followed. Rejects with what the connection throws.
 */
export async function openAnswer(address: string, { headers, signal }: GetOptions): Promise<OpenAnswer> {
  const url = new URL(address);
  const fields = Object.entries({ Host: url.host, ...headers });
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  const request = `${lines.join("\r\n")}\r\n\r\n`;
  const kept = Connection.kept(url);
  if (kept !== undefined) {
    const exchange = new Exchange(kept, request, signal);
    try {
      return await exchange.answer;
    } catch (error) {
      // Otherwise the peer had closed it before it was asked (RFC 9112 9.3.1).
      if (exchange.hasBegun || signal.aborted) throw error;
    }
  }
  return new Exchange(new Connection(url), request, signal).answer;
}

/** A question and its answer: what has come of the body lies here until somebody asks for it. */
class Exchange implements Asker {
  /** Whether anything of an answer has come. */
  hasBegun = false;
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #answer = Promise.withResolvers<OpenAnswer>();
  readonly #parser: InstanceType<typeof HTTPParser>;
  readonly #pieces: Uint8Array[] = [];
  #isFinal = false;
  #isWhole = false;
  /** Whether the peer takes another question on the same connection, behind the answer's end. */
  #mayGoOn = false;
  #overhead = 0;
  #failure: Error | undefined;
  /** The piece of the body that was given last. */
  #given: Uint8Array | undefined;
  /** Tells whoever waits for more of the body that something has happened. */
  #wake = () => {};
  readonly #abort = () => this.#connection.close();

  constructor(connection: Connection, request: string, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    this.#parser = this.#newParser();
    signal.addEventListener("abort", this.#abort);
    connection.ask(request, this);
    if (signal.aborted) this.#abort();
  }

  get answer(): Promise<OpenAnswer> {
    return this.#answer.promise;
  }

  #newParser(): InstanceType<typeof HTTPParser> {
    const parser = new HTTPParser(HTTPParser.RESPONSE);
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode: status, headers: fields, shouldKeepAlive }) => {
      // Another answer behind it, which nobody has asked for.
      if (this.#isWhole) throw notHttp();
      // Others (RFC 9110 15.2) say that there is more to come.
      this.#isFinal = status >= 200;
      if (!this.#isFinal) return;
      this.#mayGoOn = shouldKeepAlive;
      const headers = new Headers(pairs(fields));
      // The parser takes whatever stands there for a number.
      if (!/^\d*$/.test(headers.get("content-length") ?? "")) throw notHttp();
      this.#answer.resolve({ status, headers, body: this.#body(), close: () => this.#connection.close() });
    };
    parser[HTTPParser.kOnBody] = (piece) => {
      if (piece.byteLength === 0) return;
      this.#overhead = 0;
      this.#pieces.push(piece);
    };
    parser[HTTPParser.kOnMessageComplete] = () => {
      this.#isWhole ||= this.#isFinal;
    };
    return parser;
  }

  holds(memory: ArrayBufferLike): boolean {
    return this.#given?.buffer === memory || this.#pieces.some(({ buffer }) => buffer === memory);
  }

  read(bytes: Buffer): boolean {
    this.hasBegun = true;
    if (this.#isWhole || this.#failure) {
      this.#connection.close();
      return false;
    }
    this.#overhead += bytes.byteLength;
    const failed = this.#try(() => this.#parser.execute(bytes));
    if (failed || this.#overhead > MOST_OVERHEAD_BYTES) this.fail(failed ?? notHttp());
    this.#wake();
    return this.#pieces.length === 0;
  }

  end(): void {
    if (this.#isWhole) return;
    const failed = this.#try(() => this.#parser.finish());
    if (failed || !this.#isWhole) this.fail(failed ?? new Error("the connection was closed"));
    this.#wake();
  }

  /** The parser returns its own errors, and throws ours. */
  #try(parse: () => unknown): Error | undefined {
    try {
      const result = parse();
      return result instanceof Error ? notHttp() : undefined;
    } catch (error) {
      return error as Error;
    }
  }

  fail(error: Error): void {
    if (!this.#isWhole) this.#failure ??= error;
    this.#mayGoOn = false;
    this.#signal.removeEventListener("abort", this.#abort);
    this.#answer.reject(error);
    this.#connection.close();
    this.#wake();
  }

  async *#body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#given = piece;
          yield piece;
        } else if (this.#failure) throw this.#failure;
        else if (this.#isWhole) return;
        else await this.#more();
      }
    } finally {
      this.#signal.removeEventListener("abort", this.#abort);
      this.#connection.leave(this.#mayGoOn && this.#isWhole && this.#pieces.length === 0);
    }
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#connection.more();
    return promise;
  }
}

function pairs(fields: readonly string[]): [string, string][] {
  return Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at]!, fields[2 * at + 1]!]);
}

function notHttp(): Error {
  return new Error("the answer is no HTTP");
}
