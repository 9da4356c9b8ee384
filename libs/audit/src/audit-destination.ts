import { AuditFile } from "./audit-file.ts";
import { SyslogTls, type TlsFiles } from "./syslog-tls.ts";

/** A message that is to be delivered. */
export interface AuditRecord {
  id: string;
  /** Of the event. */
  at: Date;
  /** EventID in words. */
  event: string;
  host: string;
  pid: number;
  /** As PS3.15 A.5 writes it, on one line. */
  xml: string;
}

/** Where audit messages go. */
export interface AuditDestination {
  /** Resolves when all have arrived; rejects with an AuditFailure otherwise, and then some may have arrived all the same. */
  deliver(records: readonly AuditRecord[]): Promise<void>;
}

/** Where `REDSPOT_AUDIT_TO` says that they go. */
export type AuditAddress = { kind: "syslog-tls"; host: string; port: number } | { kind: "file"; path: string };

/** The port of syslog over TLS (RFC 5425 4.1). */
const SYSLOG_TLS_PORT = 6514;

/** Reads `syslog-tls://HOST:PORT` or `file:///PATH`. Throws a RangeError that says what it has to be. */
export function parseAuditAddress(text: string): AuditAddress {
  const url = URL.parse(text);
  if (url?.protocol === "file:" && url.hostname === "" && url.pathname.length > 1) {
    return { kind: "file", path: decodeURIComponent(url.pathname) };
  }
  const hasMore = url !== null && (url.username !== "" || !["", "/"].includes(url.pathname) || url.search !== "");
  if (url?.protocol === "syslog-tls:" && url.hostname !== "" && !hasMore) {
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    return { kind: "syslog-tls", host, port: Number(url.port || SYSLOG_TLS_PORT) };
  }
  throw new RangeError("it must be syslog-tls://HOST:PORT or file:///PATH");
}

export function openAuditDestination(address: AuditAddress, tls: TlsFiles): AuditDestination {
  return address.kind === "file" ? new AuditFile(address.path) : new SyslogTls(address, tls);
}

/** Connects to a receiver and ends the connection in order, without a message. Rejects with an AuditFailure. */
export function tryReceiver(receiver: { host: string; port: number }, tls: TlsFiles): Promise<void> {
  return new SyslogTls(receiver, tls).deliver([]);
}
