/** Facility 10 (security and authorization), severity 5 (notice): PS3.15 A.6 has most audit messages so. */
const PRI = 10 * 8 + 5;

/** How the messages of PS3.15 A.5 say what they are. */
const MSGID = "DICOM+RFC3881";

const APP_NAME = "Redspot";

/** The one that RFC 5424 6.4 has in front of a MSG in UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

interface Origin {
  at: Date;
  /** HOSTNAME: of the process that saw it. */
  host: string;
  /** PROCID. */
  pid: number;
}

/** A syslog message (RFC 5424) with an audit message in it (PS3.15 A.6). */
export function syslogMessage(auditMessage: string, { at, host, pid }: Origin): string {
  const hostname = host.replace(/[^\x21-\x7e]/g, "").slice(0, 255) || "-";
  return `<${PRI}>1 ${at.toISOString()} ${hostname} ${APP_NAME} ${pid} ${MSGID} - ${BYTE_ORDER_MARK}${auditMessage}`;
}

/** The frame in which a message goes over TLS: its length in octets, a space, the message (RFC 5425 4.3). */
export function framed(message: string): Buffer {
  const bytes = Buffer.from(message, "utf8");
  return Buffer.concat([Buffer.from(`${bytes.byteLength} `), bytes]);
}
