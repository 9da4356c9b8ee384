import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { DicomWebClient } from "./dicom-web-client.ts";
import { DicomWebError, type DicomWebErrorCode, retryAfterMsOf } from "./dicom-web-error.ts";

const PATH = { studyInstanceUID: "1.2", seriesInstanceUID: "1.3", sopInstanceUID: "1.4" };

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let accepts: (string | undefined)[];
const peer = createServer((request, response) => {
  accepts.push(request.headers.accept);
  answer(request, response);
});
let url: string;

before(async () => {
  peer.listen(0, "127.0.0.1");
  await once(peer, "listening");
  url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/dicom-web`;
});

after(() => {
  peer.closeAllConnections();
  peer.close();
});

beforeEach(() => {
  accepts = [];
});

async function retrieve(options = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of new DicomWebClient({ url, ...options }).openInstance(PATH))
    chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

function multipart(...parts: Buffer[]): Buffer {
  const head = "--b\r\nContent-Type: application/dicom\r\n\r\n";
  return Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(head), part, Buffer.from("\r\n")]),
    Buffer.from("--b--"),
  ]);
}

const MULTIPART = { "content-type": 'multipart/related; type="application/dicom"; boundary=b' };

function coded(code: DicomWebErrorCode) {
  return (error: unknown) => {
    assert.ok(error instanceof DicomWebError, String(error));
    assert.equal(error.code, code);
    assert.doesNotMatch(error.message, /DOE/);
    return true;
  };
}

test("an instance comes byte for byte, as it is stored, with credentials", async () => {
  const bytes = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
  answer = (request, response) => {
    assert.equal(request.url, "/dicom-web/studies/1.2/series/1.3/instances/1.4");
    assert.equal(request.headers.authorization, "Bearer T");
    assert.equal(request.headers["accept-encoding"], "identity", "compressing pixels costs a peer more than it gains");
    response.writeHead(200, MULTIPART).end(multipart(bytes));
  };
  assert.ok((await retrieve({ authorization: "Bearer T" })).equals(bytes));
  assert.deepEqual(accepts, ['multipart/related; type="application/dicom"; transfer-syntax=*']);
});

test("an answer in one part is taken too", async () => {
  answer = (_request, response) => response.writeHead(200, { "content-type": "application/dicom" }).end("DICM");
  assert.equal((await retrieve()).toString(), "DICM");
});

test("a peer that does not know transfer-syntax=* is asked without it", async () => {
  answer = (request, response) => {
    const refused = request.headers.accept?.includes("transfer-syntax");
    response.writeHead(refused ? 406 : 200, MULTIPART).end(refused ? "" : multipart(Buffer.from("DICM")));
  };
  assert.equal((await retrieve()).toString(), "DICM");
  assert.equal(accepts.length, 2);
});

test("what is no instance is a bad response", async () => {
  for (const [body, headers] of [
    ["<html>DOE</html>", { "content-type": "text/html" }],
    ["--nothing", MULTIPART],
    ["--b--", MULTIPART],
    [multipart(Buffer.from("1"), Buffer.from("2")), MULTIPART],
    ["--b\r\nContent-Type: application/dicom\r\n\r\nhalf", MULTIPART],
  ] as const) {
    answer = (_request, response) => response.writeHead(200, headers).end(body);
    await assert.rejects(retrieve(), coded("BAD_RESPONSE"), String(body).slice(0, 20));
  }
});

test("statuses are told apart, and how long to wait is told", async () => {
  for (const [status, code] of [
    [401, "UNAUTHORIZED"],
    [404, "NOT_FOUND"],
    [410, "NOT_FOUND"],
    [400, "REFUSED"],
    [307, "BAD_RESPONSE"],
    [503, "UNAVAILABLE"],
  ] as const) {
    answer = (_request, response) => response.writeHead(status, { "retry-after": "7" }).end("DOE");
    await assert.rejects(retrieve(), (error: DicomWebError) => {
      assert.equal(error.retryAfterMs, 7000);
      return coded(code)(error);
    });
  }
});

test("Retry-After is a number of seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(retryAfterMsOf("120", now), 120_000);
  assert.equal(retryAfterMsOf("Thu, 01 Jan 2026 00:01:00 GMT", now), 60_000);
  assert.equal(retryAfterMsOf("Wed, 31 Dec 2025 00:01:00 GMT", now), 0);
  for (const none of ["soon", "", null, undefined]) assert.equal(retryAfterMsOf(none, now), undefined);
});

test("a peer that breaks off, is silent from the start, or falls silent", async () => {
  answer = (_request, response) => {
    response.writeHead(200, { ...MULTIPART, "content-length": "1000" });
    response.write("--b\r\nContent-Type: application/dicom\r\n\r\nhalf", () => response.destroy());
  };
  await assert.rejects(retrieve(), coded("UNREACHABLE"));
  answer = () => {};
  await assert.rejects(retrieve({ timeoutMs: 20 }), coded("TIMED_OUT"));
  answer = (_request, response) => response.writeHead(200, MULTIPART).write("--b\r\n\r\nhalf");
  await assert.rejects(retrieve({ timeoutMs: 50 }), coded("TIMED_OUT"));
});

test("whoever stops reading ends the connection", async () => {
  const closed = Promise.withResolvers<void>();
  answer = (_request, response) => {
    response.once("close", () => closed.resolve());
    response.writeHead(200, MULTIPART).write("--b\r\nContent-Type: application/dicom\r\n\r\nhalf");
  };
  for await (const _chunk of new DicomWebClient({ url }).openInstance(PATH)) break;
  await closed.promise;
});
