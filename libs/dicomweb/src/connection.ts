import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Who has asked something on a connection: what comes is for it. */
export interface Asker {
  /** Takes bytes that have come, and says whether there may be more before somebody has looked at them. */
  read(bytes: Buffer): boolean;
  /** Whether somebody looks at something in this memory, or is still to be given it. */
  holds(memory: ArrayBufferLike): boolean;
  /** The peer sends nothing more. */
  end(): void;
  fail(error: Error): void;
}

const MEMORY_BYTES = 256 * 1024;

/** What lies in one, what was given last in another, and the third is free: more is only needed where much comes unasked. */
const MEMORIES = 3;

/** With less than that left, other memory is read into. */
const LEAST_BYTES = MEMORY_BYTES / 2;

/** Memory of connections that are closed and of which nobody holds anything any more, for those to come. */
const unused: Buffer[] = [];

/** So many connections to a peer are kept while nobody asks anything, for so long. */
const MOST_KEPT = 8;
const KEPT_MS = 5_000;

/** Those that are kept, by the peer's origin (RFC 6454). */
const kept = new Map<string, Connection[]>();

/**
 * A connection for one question after the other (RFC 9112 9.3), which reads into memory that is used again and again.
 * Nothing is read before somebody asks for it.
 */
export class Connection {
  readonly #origin: string;
  readonly #socket: Socket;
  readonly #memory: Buffer[] = [];
  /** What is left of the memory that was read into last. */
  #rest: Uint8Array = new Uint8Array(0);
  #asker: Asker | undefined;

  constructor(url: URL) {
    this.#origin = url.origin;
    this.#socket = open(url, {
      buffer: () => this.#room(),
      callback: (length, bytes) => {
        this.#rest = bytes.subarray(length);
        return this.#read(Buffer.from(bytes.buffer, bytes.byteOffset, length));
      },
    });
    this.#socket.on("error", (error) => this.#asker?.fail(error));
    this.#socket.once("end", () => this.#asker?.end());
    this.#socket.once("close", () => {
      this.#forget();
      if (this.#asker) this.#asker.fail(new Error("the connection was closed"));
      else this.#giveBack();
    });
    this.#socket.on("timeout", () => this.close());
  }

  /** One that was kept, if there is one. The peer may be closing it just now. */
  static kept({ origin }: URL): Connection | undefined {
    return kept.get(origin)?.pop();
  }

  ask(request: string, asker: Asker): void {
    this.#asker = asker;
    this.#socket.setTimeout(0);
    this.#socket.ref();
    this.#socket.write(request);
  }

  /** Goes on reading. */
  more(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** To be called when who asked holds nothing of the memory any more. The connection is kept for others, if it may be. */
  leave(mayBeKept: boolean): void {
    this.#asker = undefined;
    const others = kept.get(this.#origin) ?? [];
    if (this.#socket.closed) this.#giveBack();
    else if (!mayBeKept || this.#socket.destroyed || others.length >= MOST_KEPT) this.close();
    else {
      kept.set(this.#origin, [...others, this]);
      this.#socket.setTimeout(KEPT_MS);
      // No process stays for it.
      this.#socket.unref();
      // Otherwise nobody would learn that the peer has closed it.
      this.more();
    }
  }

  #forget(): void {
    const others = kept.get(this.#origin)?.filter((one) => one !== this) ?? [];
    if (others.length === 0) kept.delete(this.#origin);
    else kept.set(this.#origin, others);
  }

  #giveBack(): void {
    unused.push(...this.#memory.splice(0).slice(0, MEMORIES));
  }

  /**
   * Memory for what comes next, in which nothing lies that somebody looks at or is still to be given. A socket that was
   * told to stop reads nothing more; but TLS has several records in hand, and gives all of them.
   */
  #room(): Uint8Array {
    if (this.#rest.byteLength >= LEAST_BYTES) return this.#rest;
    const free = this.#memory.find(({ buffer }) => !this.#asker?.holds(buffer));
    if (free !== undefined) return free;
    const more = unused.pop() ?? Buffer.alloc(MEMORY_BYTES);
    this.#memory.push(more);
    return more;
  }

  #read(bytes: Buffer): boolean {
    if (this.#asker) return this.#asker.read(bytes);
    // Nobody has asked for that.
    this.close();
    return false;
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
