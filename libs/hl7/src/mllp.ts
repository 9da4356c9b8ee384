import { readFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { CHARACTER_SETS, type CharacterSet } from "./character-set.ts";
import { Hl7Error } from "./hl7-error.ts";

/** Where a receiver listens, and how it is known. */
export interface MllpOptions {
  host: string;
  port: number;
  /** By TLS: whose certificates are believed (files in PEM; those of the system where left out), and one's own. */
  tls?: { ca?: string | undefined; certificate?: string | undefined; key?: string | undefined } | undefined;
  /** Of what is sent and answered; UNICODE UTF-8 where left out. */
  characterSet?: CharacterSet;
  /** For how many milliseconds a connection, and then an acknowledgement, is waited for. */
  connectWithinMs: number;
  answerWithinMs: number;
  /** After how many milliseconds without a message the connection is given up; a firewall would do so without a word. */
  idleMs?: number;
}

/** How MLLP frames a message (HL7 2.5.1, appendix C; MLLP release 1): VT, message, FS, CR. */
const START = 0x0b;
const END = Buffer.from([0x1c, 0x0d]);

/** No acknowledgement is longer. */
const MOST_BYTES = 64 * 1024;

/**
 * The sender's side of MLLP: one connection, kept while there is something to send, and on it one message at a time, each
 * with its acknowledgement before the next. A connection on which anything went wrong is never used again: what came late
 * on it would be taken for the answer to another message.
 */
export class MllpClient {
  readonly #options: MllpOptions;
  #socket: Socket | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: MllpOptions) {
    this.#options = options;
  }

  /**
   * Sends a message and answers with what `read` makes of what came back. Throws Hl7Error UNREACHABLE, UNTRUSTED, TIMED_OUT
   * or UNCLEAR, and what `read` throws.
   */
  async exchange<T>(message: string, read: (answer: string) => T): Promise<T> {
    const before = this.#turn;
    const own = Promise.withResolvers<void>();
    this.#turn = own.promise;
    await before;
    clearTimeout(this.#idle);
    try {
      if (this.#isClosed) throw new Hl7Error("UNREACHABLE", "the service is ending");
      const wasOpen = this.#socket !== undefined;
      return await this.#exchangeOnce(message, read).catch((error: unknown) => {
        // Many receivers close after each message: what the connection of the last one says of this one is nothing.
        if (wasOpen && error instanceof Hl7Error && error.code === "UNREACHABLE")
          return this.#exchangeOnce(message, read);
        throw error;
      });
    } finally {
      this.#idle = setTimeout(() => this.#drop(), this.#options.idleMs ?? 60_000).unref();
      own.resolve();
    }
  }

  async #exchangeOnce<T>(message: string, read: (answer: string) => T): Promise<T> {
    try {
      this.#socket ??= await this.#connect();
      return read(await answerOn(this.#socket, message, this.#options));
    } catch (error) {
      // An answer that says no is an answer.
      const isAnswer = error instanceof Hl7Error && (error.code === "FAILED" || error.code === "REFUSED");
      if (!isAnswer) this.#drop();
      throw error;
    }
  }

  /**
   * Connects, by TLS where it is to be, and sends nothing: to see whether that much works. With TLS 1.3 a receiver that
   * refuses the client's certificate, or misses one, says so when the client is connected already (RFC 8446 4.4.2.4, E.1.2):
   * so it is given `settleMs` to end the connection.
   */
  async tryConnection(settleMs = 500): Promise<void> {
    this.#socket ??= await this.#connect();
    if (this.#options.tls === undefined) return;
    const socket = this.#socket;
    const settled = Promise.withResolvers<void>();
    socket.once("error", (error) => settled.reject(failureOf(error)));
    socket.once("close", () => settled.reject(new Hl7Error("UNTRUSTED", "the connection was closed at once")));
    const timer = setTimeout(settled.resolve, settleMs);
    await settled.promise.finally(() => clearTimeout(timer));
  }

  /** Waits for the exchange under way, and ends the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    this.#drop();
  }

  #drop(): void {
    clearTimeout(this.#idle);
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #connect(): Promise<Socket> {
    const { host, port, tls, connectWithinMs } = this.#options;
    const socket = tls === undefined ? createConnection({ host, port }) : connectTls(await tlsOptions(host, port, tls));
    const isThere = Promise.withResolvers<void>();
    socket.once(tls === undefined ? "connect" : "secureConnect", isThere.resolve);
    const fail = (error: Error) => isThere.reject(failureOf(error));
    socket.once("error", fail);
    socket.once("close", () => isThere.reject(new Hl7Error("UNREACHABLE", "the connection was closed")));
    const timer = setTimeout(() => isThere.reject(new Hl7Error("UNREACHABLE", "it takes too long")), connectWithinMs);
    try {
      await isThere.promise;
    } catch (error) {
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      socket.off("error", fail);
    }
    socket.setKeepAlive(true, 10_000).setNoDelay(true);
    // What happens while nothing is asked: the connection is gone, and the next message makes another.
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.once("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }
}

/** Files are read for each connection: a certificate that was renewed is used from the next on. */
async function tlsOptions(
  host: string,
  port: number,
  { ca, certificate, key }: NonNullable<MllpOptions["tls"]>,
): Promise<ConnectionOptions> {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFile(path, "utf8"));
  try {
    const [authorities, own, secret] = await Promise.all([read(ca), read(certificate), read(key)]);
    return {
      host,
      port,
      // PS3.15 B.12, RFC 9325: as for everything else that Redspot speaks TLS with.
      minVersion: "TLSv1.2",
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(authorities === undefined ? {} : { ca: authorities }),
      ...(own === undefined ? {} : { cert: own }),
      ...(secret === undefined ? {} : { key: secret }),
    };
  } catch (error) {
    throw new Hl7Error("UNTRUSTED", `a file cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

/** Sends one message and waits for one frame. */
async function answerOn(
  socket: Socket,
  message: string,
  { answerWithinMs: withinMs, characterSet = "UNICODE UTF-8" }: Pick<MllpOptions, "answerWithinMs" | "characterSet">,
): Promise<string> {
  const encoding = CHARACTER_SETS[characterSet];
  const frame = Promise.withResolvers<string>();
  let received = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const end = received.indexOf(END);
    if (received[0] !== START) frame.reject(new Hl7Error("UNCLEAR", "it is not framed as MLLP has it"));
    else if (end > 0) frame.resolve(received.toString(encoding, 1, end));
    else if (received.length > MOST_BYTES) frame.reject(new Hl7Error("UNCLEAR", "it has no end"));
  };
  const onError = (error: Error) => frame.reject(failureOf(error));
  const onClose = () =>
    frame.reject(new Hl7Error("UNREACHABLE", "the connection was closed before an acknowledgement"));
  const timer = setTimeout(() => frame.reject(new Hl7Error("TIMED_OUT", `${withinMs / 1000} s`)), withinMs);
  socket.on("data", onData).on("error", onError).on("close", onClose);
  try {
    socket.write(Buffer.concat([Buffer.from([START]), Buffer.from(message, encoding), END]));
    return await frame.promise;
  } finally {
    clearTimeout(timer);
    socket.off("data", onData).off("error", onError).off("close", onClose);
  }
}

/** What OpenSSL and Node call what is wrong with a certificate. */
const ABOUT_TRUST =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_|INVALID_CA|PATH_LENGTH)/;

/** The code alone: an error's words may hold what a peer has sent. */
function failureOf(error: Error): Hl7Error {
  if (error instanceof Hl7Error) return error;
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  return new Hl7Error(ABOUT_TRUST.test(code) || code === "EPROTO" ? "UNTRUSTED" : "UNREACHABLE", code);
}
