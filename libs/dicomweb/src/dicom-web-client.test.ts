import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { DicomWebClient } from "./dicom-web-client.ts";
import { DicomWebError, type DicomWebErrorCode } from "./dicom-web-error.ts";
import { parseMediaType } from "./media-type.ts";
import { readMultipart } from "./multipart.ts";
import { storeResponse } from "./store-response.ts";

const CR = "1.2.840.10008.5.1.4.1.1.1";

/** What the peer was asked, and how it answers: set by each test. */
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
let asked: { method: string | undefined; url: string | undefined; headers: IncomingMessage["headers"]; body: Buffer };
const peer = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  asked = { method: request.method, url: request.url, headers: request.headers, body };
  answer(request, response, body);
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
  answer = (_request, response) => response.writeHead(500).end();
});

function answerWith(status: number, body = "", headers: Record<string, string> = {}): void {
  answer = (_request, response) => response.writeHead(status, headers).end(body);
}

const client = (options = {}) => new DicomWebClient({ url, ...options });

function coded(code: DicomWebErrorCode, retryable: boolean) {
  return (error: unknown) => {
    assert.ok(error instanceof DicomWebError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.retryable, retryable);
    assert.doesNotMatch(error.message, /DOE/);
    return true;
  };
}

async function instancesIn(contentType: string | undefined, body: Buffer): Promise<Buffer[]> {
  const boundary = parseMediaType(contentType)?.parameters.get("boundary") ?? "";
  const source = (async function* () {
    yield body;
  })();
  const instances: Buffer[] = [];
  for await (const part of readMultipart(source, boundary)) {
    assert.equal(part.headers.get("content-type"), "application/dicom");
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.body) chunks.push(chunk);
    instances.push(Buffer.concat(chunks));
  }
  return instances;
}

test("instances go out byte for byte, with credentials, and the outcomes come from the answer's body", async () => {
  // All byte values, and enough of them that they do not go out in one piece; one array is a part of a larger one.
  const large = Uint8Array.from({ length: 3_000_001 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
  const instances = [large, Uint8Array.from({ length: 256 }, (_, index) => index).subarray(10, 200)];
  const outcomes = {
    stored: [{ sopClassUID: CR, sopInstanceUID: "1.2.1", warningReason: 0xb006 }],
    failed: [{ sopClassUID: CR, sopInstanceUID: "1.2.2", failureReason: 0xa700 }],
  };
  answerWith(202, JSON.stringify(storeResponse(outcomes).body), { "content-type": "application/dicom+json" });

  assert.deepEqual(await client({ authorization: "Bearer abc" }).storeInstances(instances), outcomes);
  assert.equal(asked.method, "POST");
  assert.equal(asked.url, "/dicom-web/studies");
  assert.equal(asked.headers.authorization, "Bearer abc");
  assert.equal(asked.headers.accept, "application/dicom+json");
  const sent = await instancesIn(asked.headers["content-type"], asked.body);
  assert.deepEqual(
    sent.map((one, index) => one.equals(instances[index]!)),
    [true, true],
  );
});

test("a refusal that tells its reasons is an outcome, not an error", async () => {
  const outcomes = { stored: [], failed: [{ sopClassUID: CR, sopInstanceUID: "1.2.2", failureReason: 0x0111 }] };
  for (const status of [400, 409, 503]) {
    answerWith(status, JSON.stringify(storeResponse(outcomes).body), { "content-type": "application/dicom+json" });
    assert.deepEqual(await client().storeInstances([new Uint8Array(4)]), outcomes);
  }
});

for (const [status, code, retryable] of [
  [400, "REFUSED", false],
  [401, "UNAUTHORIZED", true],
  [403, "UNAUTHORIZED", true],
  [404, "NOT_FOUND", false],
  [409, "REFUSED", false],
  [429, "UNAVAILABLE", true],
  [500, "UNAVAILABLE", true],
  [503, "UNAVAILABLE", true],
  [307, "BAD_RESPONSE", true],
] as const) {
  test(`status ${status} is ${code}`, async () => {
    answerWith(status, "<html>DOE^JANE</html>", { location: "http://127.0.0.1:9/" });
    for (const call of [
      () => client().storeInstances([new Uint8Array(4)]),
      () => client().searchForStudies({ PatientID: "DOE" }),
      () => client().retrieveInstance({ studyInstanceUID: "1.2", seriesInstanceUID: "1.3", sopInstanceUID: "1.4" }),
    ]) {
      await assert.rejects(call, (error: unknown) => {
        assert.equal((error as DicomWebError).status, status);
        return coded(code, retryable)(error);
      });
    }
  });
}

test("a success that is no DICOM JSON is a bad response, and does not end the process", async () => {
  for (const body of ["<html>DOE</html>", '{"half": ', ""]) {
    answerWith(200, body, { "content-type": "application/dicom+json" });
    await assert.rejects(client().storeInstances([new Uint8Array(4)]), coded("BAD_RESPONSE", true));
  }
  answerWith(200, "<html>DOE</html>");
  await assert.rejects(client().searchForInstances(), coded("BAD_RESPONSE", true));
  await assert.rejects(
    client().retrieveInstance({ studyInstanceUID: "1.2", seriesInstanceUID: "1.3", sopInstanceUID: "1.4" }),
    coded("BAD_RESPONSE", true),
  );
});

test("a peer that does not listen, breaks off, or does not answer", async () => {
  const instance = [new Uint8Array(4)];
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const nobody = new DicomWebClient({ url: `http://127.0.0.1:${port}/dicom-web` });
  await assert.rejects(nobody.storeInstances(instance), (error: DicomWebError) => {
    assert.match(error.message, /ECONNREFUSED/);
    return coded("UNREACHABLE", true)(error);
  });
  answer = (request) => request.socket.destroy();
  await assert.rejects(client().storeInstances(instance), coded("UNREACHABLE", true));
  answer = () => {};
  await assert.rejects(client({ timeoutMs: 20 }).storeInstances(instance), coded("TIMED_OUT", true));
  await assert.rejects(client({ timeoutMs: 20 }).searchForStudies(), coded("TIMED_OUT", true));
});

test("a multipart answer that is none is a bad response", async () => {
  answerWith(200, "--nothing", { "content-type": "multipart/related; type=application/dicom; boundary=b" });
  const uids = { studyInstanceUID: "1.2", seriesInstanceUID: "1.3", sopInstanceUID: "1.4" };
  await assert.rejects(client().retrieveInstance(uids), coded("BAD_RESPONSE", true));
});

test("nothing is printed", async (context) => {
  const printed = ["log", "warn", "error"].map((name) => context.mock.method(console, name as "log", () => {}));
  for (const status of [202, 204, 500]) {
    answerWith(status, status === 202 ? "{}" : "");
    await client()
      .storeInstances([new Uint8Array(4)])
      .catch(() => {});
  }
  assert.deepEqual(
    printed.map(({ mock }) => mock.callCount()),
    [0, 0, 0],
  );
});

test("a search gives data sets, and none where nothing matches", async () => {
  answerWith(200, '[{"0020000D":{"vr":"UI","Value":["1.2.3"]}}]', { "content-type": "application/dicom+json" });
  const found = await client().searchForInstances({ Modality: "SR", limit: 5 }, { studyInstanceUID: "1.2.3" });
  assert.deepEqual(found, [{ "0020000D": { vr: "UI", Value: ["1.2.3"] } }]);
  assert.equal(asked.url, "/dicom-web/studies/1.2.3/instances?Modality=SR&limit=5");
  assert.equal(asked.headers.accept, "application/dicom+json");
  assert.equal(asked.headers["accept-encoding"], "identity", "what one study holds is small");
  await client().searchForSeries("1.2.3", { includefield: "BodyPartExamined,Manufacturer" });
  assert.equal(asked.url, "/dicom-web/studies/1.2.3/series?includefield=BodyPartExamined,Manufacturer");
  answerWith(204);
  assert.deepEqual(await client().searchForStudies(), []);
  assert.equal(asked.url, "/dicom-web/studies");
});
