import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, test } from "node:test";
import { waitUntil } from "@redspot/testbed";
import { crFile, multipart, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";
import { CONTENT_TYPE, LIMITS, type Post, post, TestService, TOKEN } from "./test-service.ts";

const service = new TestService();

describe("a request as a whole", () => {
  const body = multipart([crFile({ study: "whole" })]);
  const cases: [string, number, string, Post & { body?: Uint8Array; strict?: boolean }][] = [
    ["without a token", 401, "UNAUTHORIZED", { headers: { authorization: undefined } }],
    ["with a wrong token", 401, "UNAUTHORIZED", { headers: { authorization: "Bearer no-such-token" } }],
    ["to another path", 404, "NOT_FOUND", { path: "/series" }],
    ["of a study that is no UID", 400, "BAD_STUDY_UID", { path: "/studies/..%2F..%2Fetc" }],
    ["of another type", 415, "UNSUPPORTED_MEDIA_TYPE", { headers: { "content-type": "application/dicom" } }],
    [
      "of bulk data alone",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      { headers: { "content-type": CONTENT_TYPE.replace("dicom", "octet-stream") } },
    ],
    ["of no type", 415, "UNSUPPORTED_MEDIA_TYPE", { headers: { "content-type": "" } }],
    [
      "without a boundary",
      400,
      "BAD_BOUNDARY",
      { headers: { "content-type": 'multipart/related; type="application/dicom"' } },
    ],
    [
      "with another boundary than its body",
      400,
      "BAD_BODY",
      { headers: { "content-type": CONTENT_TYPE.replace('"b"', '"c"') } },
    ],
    ["with no body", 400, "BAD_BODY", { body: new Uint8Array(0) }],
    ["with no part", 400, "NO_PARTS", { body: Buffer.from("--b--\r\n") }],
    ["that does not take our answer", 406, "NOT_ACCEPTABLE", { headers: { accept: "text/html" } }],
    [
      "that wants any answer, strictly",
      406,
      "NOT_ACCEPTABLE",
      { headers: { accept: "application/json" }, strict: true },
    ],
    ["that is too large", 413, "PAYLOAD_TOO_LARGE", { body: Buffer.alloc(5_000_001, body) }],
  ];

  for (const [name, status, code, { body: other, strict = false, ...options }] of cases) {
    test(`${name} is answered ${status} ${code}`, async () => {
      const address = await service.serve({ strict });
      const response = await post(address, other ?? body, options);
      assert.equal(response.status, status);
      assert.equal(((await response.json()) as { code: string }).code, code);
      assert.equal(response.headers.has("www-authenticate"), status === 401);
      assert.equal(response.headers.has("accept-post"), status === 415);
      assert.equal((await post(address, body)).status, 200, "the service goes on");
    });
  }

  test("of unknown length that is too large is answered 413", async () => {
    const address = await service.serve();
    const { port } = new URL(address);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(requestHead("transfer-encoding: chunked"));
    const answer = collect(socket);
    const chunk = Buffer.alloc(65_536);
    socket.write(chunked(Buffer.from("--b\r\nContent-Type: application/dicom\r\n\r\n")));
    for (let sent = 0; sent < 6_000_000 && !answer.text; sent += chunk.byteLength) {
      if (!socket.write(chunked(chunk))) await once(socket, "drain");
    }
    await waitUntil(() => answer.text.includes("PAYLOAD_TOO_LARGE"), { what: "the answer", intervalMilliseconds: 5 });
    assert.match(answer.text, /^HTTP\/1.1 413 /);
    socket.destroy();
  });

  test("without Accept is answered in JSON", async () => {
    const { port } = new URL(await service.serve());
    const socket = connect(Number(port), "127.0.0.1");
    const answer = collect(socket);
    socket.write(Buffer.concat([requestHead(`content-length: ${body.byteLength}`), body]));
    await waitUntil(() => answer.text.includes("}"), { what: "the answer", intervalMilliseconds: 5 });
    assert.match(answer.text, /^HTTP\/1.1 200 [\s\S]*content-type: application\/dicom\+json/i);
    socket.destroy();
  });

  test("is answered in the Native DICOM Model where that is what Accept prefers", async () => {
    const address = await service.serve();
    const headers = { accept: "application/dicom+json;q=0.9, application/dicom+xml" };
    const response = await post(address, body, { headers });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^application\/dicom\+xml/);
    const xml = await response.text();
    assert.match(xml, /<DicomAttribute tag="00081199" vr="SQ" keyword="ReferencedSOPSequence"><Item number="1">/);
    assert.ok(xml.includes(`<Value number="1">${sopInstanceUIDOf("whole", "1")}</Value>`));
  });

  test("OPTIONS tells what there is, other methods what is allowed", async () => {
    const address = await service.serve();
    const ask = (method: string, path: string, headers = {}) =>
      fetch(`${address}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
    const capabilities = await ask("OPTIONS", "/");
    assert.equal(capabilities.status, 200);
    assert.match(capabilities.headers.get("content-type") ?? "", /^application\/vnd\.sun\.wadl\+xml/);
    assert.ok((await capabilities.text()).includes(`<resources base="${address}/"><resource path="studies"><method`));
    const asJson = await ask("OPTIONS", "/", { accept: "application/json" });
    assert.match(asJson.headers.get("content-type") ?? "", /^application\/json/);
    const { resources } = (await asJson.json()) as { resources: { resource: { path: string }[] } };
    assert.equal(resources.resource[0]?.path, "studies");
    assert.equal((await ask("OPTIONS", "/", { accept: "text/html" })).status, 406);
    for (const path of ["/studies", "/studies/1.2.3"]) {
      const options = await ask("OPTIONS", path);
      assert.deepEqual([options.status, options.headers.get("allow")], [204, "POST, OPTIONS"]);
      for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) {
        const response = await ask(method, path);
        assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"], method);
      }
    }
    const refused = await ask("POST", "/");
    assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "OPTIONS"]);
    assert.equal(((await refused.json()) as { code: string }).code, "METHOD_NOT_ALLOWED");
    assert.equal((await fetch(`${address}/studies`, { method: "OPTIONS" })).status, 401);
  });

  test("health answers GET and HEAD, as load balancers ask", async () => {
    const address = await service.serve();
    for (const method of ["GET", "HEAD"]) {
      for (const path of ["/health/live", "/health/ready"]) {
        assert.equal((await fetch(`${address}${path}`, { method })).status, 200, `${method} ${path}`);
      }
    }
  });
});

describe("a page of another origin", () => {
  const origin = "https://viewer.example";
  const question = (address: string, from = origin) =>
    fetch(`${address}/studies`, {
      method: "OPTIONS",
      headers: { origin: from, "access-control-request-method": "POST" },
    });
  const allowed = (response: Response) => response.headers.get("access-control-allow-origin");

  test("may not store, unless told", async () => {
    const address = await service.serve();
    const response = await question(address);
    assert.deepEqual([response.status, allowed(response)], [401, null]);
    const stored = await post(address, multipart([crFile({ study: "page" })]), { headers: { origin } });
    assert.deepEqual([stored.status, allowed(stored)], [200, null]);
  });

  test("may store if it is told; the browser's question needs no credentials, storing does", async () => {
    const address = await service.serve({ corsOrigins: [origin] });
    const response = await question(address);
    assert.deepEqual([response.status, allowed(response)], [204, origin]);
    assert.match(response.headers.get("access-control-allow-headers") ?? "", /Authorization/i);
    assert.equal(allowed(await question(address, "https://other.example")), null);
    const stored = await post(address, multipart([crFile({ study: "page" })]), { headers: { origin } });
    assert.deepEqual([stored.status, allowed(stored)], [200, origin]);
    assert.equal((await fetch(`${address}/studies`, { method: "POST", headers: { origin } })).status, 401);
    const options = await fetch(`${address}/`, {
      method: "OPTIONS",
      headers: { authorization: `Bearer ${TOKEN}`, origin },
    });
    assert.equal(options.status, 200, "what is no question is answered as ever");
    assert.equal((await fetch(`${address}/nothing`, { method: "OPTIONS" })).status, 404);
  });
});

function requestHead(...headers: string[]): Buffer {
  const lines = [
    "POST /studies HTTP/1.1",
    "host: stow",
    `authorization: Bearer ${TOKEN}`,
    `content-type: ${CONTENT_TYPE}`,
    ...headers,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

const chunked = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

function collect(socket: Socket): { text: string } {
  const answer = { text: "" };
  socket.setNoDelay(true);
  socket.on("data", (data) => {
    answer.text += data.toString("latin1");
  });
  socket.on("error", () => {});
  return answer;
}

describe("on the wire", () => {
  test("a body in chunks of one byte, and one split at each of its bytes, are as good as one in one piece", async () => {
    const { port } = new URL(await service.serve());
    const body = multipart([crFile({ study: "split" })]);
    const expected = `"00081155":{"vr":"UI","Value":["${sopInstanceUIDOf("split", "1")}"]}`;
    const send = async (pieces: Iterable<Uint8Array>) => {
      const socket = connect(Number(port), "127.0.0.1");
      const answer = collect(socket);
      socket.write(requestHead("transfer-encoding: chunked"));
      for (const piece of pieces) {
        // Its own packet, as far as one can have it: the next is written when this one is with the kernel.
        await new Promise((resolve) => socket.write(chunked(piece), resolve));
      }
      socket.write("0\r\n\r\n");
      await waitUntil(() => answer.text.includes("}"), { what: "the answer", intervalMilliseconds: 1 });
      socket.destroy();
      assert.match(answer.text, /^HTTP\/1.1 200 /);
      assert.ok(answer.text.includes(expected));
    };
    await send(Array.from(body, (byte) => Uint8Array.of(byte)));
    for (let at = 1; at < body.byteLength; at += 7) await send([body.subarray(0, at), body.subarray(at)]);
  });

  test("a sender that breaks off leaves nothing behind, and the service goes on", async () => {
    const address = await service.serve();
    const { port } = new URL(address);
    const body = multipart([crFile({ study: "broken off" }, { PixelData: new Uint8Array(500_000) })]);
    const socket = connect(Number(port), "127.0.0.1");
    collect(socket);
    socket.write(requestHead(`content-length: ${body.byteLength}`));
    socket.write(body.subarray(0, 400_000));
    await waitUntil(async () => (await service.underWay()).length > 0, { what: "the file", intervalMilliseconds: 5 });
    socket.destroy();
    await waitUntil(async () => (await service.underWay()).length === 0, {
      what: "its removal",
      intervalMilliseconds: 5,
    });
    assert.deepEqual(await service.spool.list(studyInstanceUIDOf("broken off")), []);
    assert.equal((await post(address, multipart([crFile({ study: "broken off" })]))).status, 200);
  });

  test("a sender that falls silent is cut off", async () => {
    const { port } = new URL(await service.serve({ limits: { ...LIMITS, idleMs: 100 } }));
    const socket = connect(Number(port), "127.0.0.1");
    collect(socket);
    socket.write(requestHead("content-length: 1000"));
    await once(socket, "close");
  });
});
