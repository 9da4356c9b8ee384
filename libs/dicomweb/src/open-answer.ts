import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { HTTPParser } from "http-parser-js";

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
  /** Ends the connection, at any time. */
  signal: AbortSignal;
}

const MEMORY_BYTES = 256 * 1024;

/** What lies in one, what was given last in another, and the third is free: more is only needed where much comes unasked. */
const MEMORIES = 3;

/** With less than that left, other memory is read into. */
const LEAST_BYTES = MEMORY_BYTES / 2;

/** So many bytes with nothing of a body in them are no HTTP that anybody wants to read. */
const MOST_OVERHEAD_BYTES = 128 * 1024;

/** Memory of connections that are closed and of which nobody holds anything any more, for those to come. */
const unused: Buffer[] = [];

/**
 * Asks for something large (GET, RFC 9112), on a connection of its own, and reads the answer into memory that is used again
 * and again. Node's own clients give every 64 KiB memory of their own; to make and to collect it takes several times as
 * long as to read. Redirects are not followed. Rejects with what the connection throws.
 */
export function openAnswer(address: string, { headers, signal }: GetOptions): Promise<OpenAnswer> {
  const url = new URL(address);
  const fields = Object.entries({ Host: url.host, Connection: "close", ...headers });
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  const exchange = new Exchange(url, signal);
  exchange.ask(`${lines.join("\r\n")}\r\n\r\n`);
  return exchange.answer;
}

/** A connection: what has come of the body lies here until somebody asks for it, and nothing more is read before. */
class Exchange {
  readonly #answer = Promise.withResolvers<OpenAnswer>();
  readonly #parser: InstanceType<typeof HTTPParser>;
  readonly #socket: Socket;
  readonly #pieces: Uint8Array[] = [];
  #isFinal = false;
  #isWhole = false;
  #overhead = 0;
  #failure: Error | undefined;
  readonly #memory: Buffer[] = [];
  /** What is left of the memory that was read into last. */
  #rest: Uint8Array = new Uint8Array(0);
  /** The piece of the body that was given last. */
  #given: Uint8Array | undefined;
  #isClosed = false;
  /** Whether who reads the body has left it, and with it all of its chunks. */
  #isLeft = false;
  /** Tells whoever waits for more of the body that something has happened. */
  #wake = () => {};

  constructor(url: URL, signal: AbortSignal) {
    this.#parser = this.#newParser();
    this.#socket = open(url, {
      buffer: () => this.#room(),
      callback: (length, bytes) => {
        this.#rest = bytes.subarray(length);
        return this.#read(Buffer.from(bytes.buffer, bytes.byteOffset, length));
      },
    });
    const abort = () => void this.#socket.destroy();
    this.#socket.once("error", (error) => this.#fail(error));
    this.#socket.once("end", () => this.#end());
    this.#socket.once("close", () => {
      signal.removeEventListener("abort", abort);
      this.#isClosed = true;
      this.#giveBack();
      this.#fail(new Error("the connection was closed"));
    });
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
  }

  get answer(): Promise<OpenAnswer> {
    return this.#answer.promise;
  }

  ask(request: string): void {
    this.#socket.write(request);
  }

  #newParser(): InstanceType<typeof HTTPParser> {
    const parser = new HTTPParser(HTTPParser.RESPONSE);
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode: status, headers: fields }) => {
      // Others (RFC 9110 15.2) say that there is more to come.
      this.#isFinal = status >= 200;
      if (!this.#isFinal) return;
      const headers = new Headers(pairs(fields));
      // The parser takes whatever stands there for a number.
      if (!/^\d*$/.test(headers.get("content-length") ?? "")) throw notHttp();
      this.#answer.resolve({ status, headers, body: this.#body(), close: () => void this.#socket.destroy() });
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

  /**
   * Memory for what comes next, in which nothing lies that somebody looks at or is still to be given. A socket that was
   * told to stop reads nothing more; but TLS has several records in hand, and gives all of them.
   */
  #room(): Uint8Array {
    if (this.#rest.byteLength >= LEAST_BYTES) return this.#rest;
    const isFree = ({ buffer }: Buffer) =>
      this.#given?.buffer !== buffer && !this.#pieces.some((piece) => piece.buffer === buffer);
    const free = this.#memory.find(isFree);
    if (free !== undefined) return free;
    const more = unused.pop() ?? Buffer.alloc(MEMORY_BYTES);
    this.#memory.push(more);
    return more;
  }

  /** @returns whether there may be more, before somebody has looked at what is there */
  #read(bytes: Buffer): boolean {
    if (this.#isWhole || this.#failure) return false;
    this.#overhead += bytes.byteLength;
    const failed = this.#try(() => this.#parser.execute(bytes));
    if (failed || this.#overhead > MOST_OVERHEAD_BYTES) this.#fail(failed ?? notHttp());
    if (this.#isWhole) this.#socket.destroy();
    this.#wake();
    return this.#pieces.length === 0;
  }

  #end(): void {
    if (this.#isWhole) return;
    const failed = this.#try(() => this.#parser.finish());
    if (failed || !this.#isWhole) this.#fail(failed ?? new Error("the connection was closed"));
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

  #fail(error: Error): void {
    if (!this.#isWhole) this.#failure ??= error;
    this.#answer.reject(error);
    this.#socket.destroy();
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
      this.#socket.destroy();
      this.#isLeft = true;
      this.#giveBack();
    }
  }

  /**
   * What came last is still held when the connection has long been closed. Of a body that nobody reads the memory is left
   * to the collector.
   */
  #giveBack(): void {
    if (this.#isClosed && this.#isLeft) unused.push(...this.#memory.splice(0).slice(0, MEMORIES));
  }

  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    this.#socket.resume();
    return promise;
  }
}

type OnRead = { buffer: () => Uint8Array; callback: (length: number, bytes: Uint8Array) => boolean };

function open({ protocol, hostname, port }: URL, onread: OnRead): Socket {
  const isTls = protocol === "https:";
  const options = {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (isTls ? 443 : 80)),
    onread,
  };
  return isTls ? connectTls(options) : connect(options);
}

function pairs(fields: readonly string[]): [string, string][] {
  return Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at]!, fields[2 * at + 1]!]);
}

function notHttp(): Error {
  return new Error("the answer is no HTTP");
}
