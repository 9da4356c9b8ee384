import type { Socket } from "node:net";
import { REQUEST_FAILURES, type RequestFailureCode } from "./failures.ts";

/** More than any sender has, and than fits the 16 KiB that all of them may have together. */
export const MOST_HEADER_FIELDS = 100;

/** What Node's parser says of a connection on which no request could be made out, as this service says it. */
const CODES: Record<string, RequestFailureCode> = {
  HPE_HEADER_OVERFLOW: "HEADER_TOO_LARGE",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "HEADER_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "TOO_SLOW",
};

/** Answers what is no request (RFC 9112) like any other refusal, and ends the connection: what comes next is not known. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): RequestFailureCode | undefined {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return undefined;
  }
  const code = CODES[error.code ?? ""] ?? "BAD_REQUEST";
  const { status, meaning } = REQUEST_FAILURES[code];
  const body = JSON.stringify({ code, message: meaning });
  const lines = [
    `HTTP/1.1 ${status} ${code}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  return code;
}
