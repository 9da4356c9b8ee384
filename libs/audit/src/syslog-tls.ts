import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { AuditDestination, AuditRecord } from "./audit-destination.ts";
import { AuditFailure } from "./audit-failure.ts";
import { framed, syslogMessage } from "./syslog-message.ts";

/** Files in PEM; each is read anew with every connection, so that a renewed one counts at once. */
export interface TlsFiles {
  /** The authorities that the receiver's certificate may come from; those of the system without it. */
  ca?: string | undefined;
  /** What Redspot shows of itself, and its key. */
  certificate?: string | undefined;
  key?: string | undefined;
}

interface Receiver {
  host: string;
  port: number;
  /** For how many milliseconds the receiver may be silent. */
  answerWithinMs?: number;
  /** How many milliseconds lie between the last message and the end: longer than a way there takes. */
  settleMs?: number;
}

/** PS3.15 B.12: of TLS 1.2 only suites with forward secrecy and authenticated encryption. */
const PROFILE = {
  minVersion: "TLSv1.2",
  ciphers: "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM",
} as const;

/**
 * An Audit Record Repository by syslog over TLS (RFC 5425, PS3.15 A.6). Syslog has no acknowledgement: what was written
 * to a connection that then breaks may have arrived or not. So each batch has a connection of its own, which is ended as
 * RFC 5425 4.4 has it, and counts as delivered when the receiver has answered with its own end: it has read all by then.
 * Were it to leave with bytes unread, its system would reset the connection instead (RFC 9293 3.6.1); an end of which
 * Redspot has not yet told is no answer. All else is sent again, under the same identifiers.
 */
export class SyslogTls implements AuditDestination {
  readonly #receiver: Receiver;
  readonly #files: TlsFiles;

  constructor(receiver: Receiver, files: TlsFiles) {
    this.#receiver = receiver;
    this.#files = files;
  }

  async deliver(records: readonly AuditRecord[]): Promise<void> {
    const frames = records.map((record) => framed(syslogMessage(record.xml, record)));
    await exchange(await this.#connect(), Buffer.concat(frames), this.#receiver.settleMs ?? 250);
  }

  async #connect(): Promise<TLSSocket> {
    const { host, port, answerWithinMs = 10_000 } = this.#receiver;
    const options: ConnectionOptions = {
      ...PROFILE,
      ...(await this.#readFiles()),
      host,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    };
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const socket = connect(options, () => {
      socket.off("error", fail);
      resolve(socket);
    });
    const fail = (error: Error) => reject(failureOf(error));
    socket.once("error", fail);
    socket.setTimeout(answerWithinMs, () => socket.destroy(new Error("no answer")));
    return promise;
  }

  async #readFiles(): Promise<ConnectionOptions> {
    const read = async (path: string | undefined) => (path === undefined ? undefined : readFile(path));
    try {
      const [ca, cert, key] = await Promise.all([
        read(this.#files.ca),
        read(this.#files.certificate),
        read(this.#files.key),
      ]);
      return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    } catch (error) {
      const { code = "unknown" } = error as NodeJS.ErrnoException;
      throw new AuditFailure("AUDIT_UNTRUSTED", `a certificate for the audit receiver cannot be read (${code})`);
    }
  }
}

/** Writes, says that this was all, and resolves when the receiver has said so too. */
function exchange(socket: TLSSocket, bytes: Buffer, settleMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let stage: "writing" | "said goodbye" | "answered" = "writing";
  socket.once("end", () => {
    if (stage === "said goodbye") stage = "answered";
  });
  socket.on("error", (error) => reject(failureOf(error)));
  socket.once("close", () => {
    if (stage === "answered") resolve();
    else reject(new AuditFailure("AUDIT_UNREACHABLE", "the audit receiver broke off the connection"));
  });
  // It has nothing to say; its end is only seen by who reads.
  socket.resume();
  socket.write(bytes, () => {
    setTimeout(() => {
      if (socket.destroyed || socket.readableEnded) return void socket.destroy();
      stage = "said goodbye";
      socket.end();
    }, settleMs);
  });
  return promise;
}

/** OpenSSL's alerts, and Node's checks of a certificate: somebody has to look, while the messages wait. */
function failureOf(error: Error): AuditFailure {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const isTls = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA)/.test(code);
  return isTls
    ? new AuditFailure("AUDIT_UNTRUSTED", `the audit receiver and Redspot do not accept each other (${code})`)
    : new AuditFailure("AUDIT_UNREACHABLE", `the audit receiver does not answer (${code || message})`);
}
