import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { certificateAuthority } from "@redspot/testbed";
import { type OpenAnswer, openAnswer } from "./open-answer.ts";

const { signal } = new AbortController();
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A peer that answers, byte for byte, what it is told to. */
async function peer(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
    closers.push(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  closers.push(() => server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`;
}

const get = (url: string) => openAnswer(url, { headers: { Accept: "a/b" }, signal });

async function whole({ body }: OpenAnswer): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

const bytes = Buffer.from(Uint8Array.from({ length: 2_000_003 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));

test("a body of known length, in chunks, and to the end of the connection", async () => {
  const half = bytes.byteLength >> 1;
  const hex = (length: number) => `${length.toString(16)}\r\n`;
  const framings: Record<string, (socket: Socket) => void> = {
    length: (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.byteLength}\r\n\r\n`);
      socket.write(bytes);
    },
    chunked: (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${hex(half)}`);
      socket.write(bytes.subarray(0, half));
      socket.write(`\r\n${hex(bytes.byteLength - half)}`);
      socket.write(bytes.subarray(half));
      socket.write("\r\n0\r\n\r\n");
    },
    close: (socket) => {
      socket.write("HTTP/1.0 200 OK\r\n\r\n");
      socket.end(bytes);
    },
    "after others that are provisional": (socket) => {
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
      socket.write(bytes.subarray(0, 2));
    },
  };
  for (const [name, answer] of Object.entries(framings)) {
    const read = await whole(await get(await peer(answer)));
    assert.ok(read.equals(bytes.subarray(0, read.byteLength)), name);
    assert.equal(read.byteLength, name.startsWith("after") ? 2 : bytes.byteLength, name);
  }
});

test("the request is one that servers take, and the answer's fields are told", async () => {
  const server = createHttpServer((request, response) => {
    response.writeHead(406, { "retry-after": "7", url: request.url, ...request.headers }).end();
  }).listen(0, "127.0.0.1");
  closers.push(() => server.close());
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await get(`http://${host}/a?b=c`);
  assert.deepEqual(
    ["url", "host", "accept", "retry-after"].map((name) => answer.headers.get(name)),
    ["/a?b=c", host, "a/b", "7"],
  );
  assert.equal(answer.status, 406);
  assert.equal((await whole(answer)).byteLength, 0);
});

test("by TLS, from a peer whose certificate is good, and from no other", async () => {
  const authority = await certificateAuthority("of a test");
  const { certificate: cert, key } = await authority.issue({
    commonName: "localhost",
    names: [{ type: "dns", value: "localhost" }],
  });
  const server = createHttpsServer({ cert, key }, (_request, response) => response.end(bytes)).listen(0, "127.0.0.1");
  closers.push(() => server.close());
  await once(server, "listening");
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  await assert.rejects(get(url), { code: /UNABLE_TO_VERIFY|SELF_SIGNED|ISSUER/ });
  const trusted = getCACertificates("default");
  setDefaultCACertificates([authority.certificate]);
  closers.push(() => setDefaultCACertificates(trusted));
  assert.ok((await whole(await get(url))).equals(bytes));
  // TLS has several records in hand, and gives them whether somebody waits for them or not.
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await get(url)).body) {
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    chunks.push(Uint8Array.from(chunk));
  }
  assert.ok(Buffer.concat(chunks).equals(bytes), "what nobody had looked at was written over");
});

test("what breaks off, is no HTTP or never ends is an error", async () => {
  const head = "HTTP/1.1 200 OK\r\n";
  for (const [what, error] of [
    ["", /closed/],
    ["nonsense\r\n\r\n", /no HTTP/],
    [`${head}Content-Length: many\r\n\r\nx`, /no HTTP/],
    [`${head}Content-Length: 10\r\n\r\nx`, /no HTTP|closed/],
    [`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`, /no HTTP|closed/],
    [`${head}${"X: y\r\n".repeat(40_000)}`, /no HTTP/],
    [`${head}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(200_000)}`, /no HTTP/],
  ] as const) {
    const url = await peer((socket) => socket.end(what));
    await assert.rejects(async () => whole(await get(url)), error, what.slice(0, 60));
  }
});

test("nothing is read ahead of who reads, and who leaves off or is told to ends the connection", async () => {
  const closed: Promise<unknown>[] = [];
  let written = 0;
  const url = await peer((socket) => {
    closed.push(new Promise((resolve) => socket.once("close", resolve)));
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 31}\r\n\r\n`);
    const more = () => {
      while (socket.write(bytes)) written += bytes.byteLength;
    };
    socket.on("drain", more);
    more();
  });
  const control = new AbortController();
  const aborted = await openAnswer(url, { headers: {}, signal: control.signal });
  await aborted.body.next();
  assert.ok(written < 64 * 1024 * 1024, `${written} bytes were taken`);
  control.abort();
  await assert.rejects(async () => whole(aborted), /closed/);
  for await (const _chunk of (await get(url)).body) break;
  (await get(url)).close();
  await Promise.all(closed);
  assert.equal(closed.length, 3);
});

test("what somebody still holds is not written over by the next answer", async () => {
  const first = await peer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${"a".repeat(1000)}`),
  );
  const { body } = await get(first);
  const { value: held } = await body.next();
  assert.ok(held);
  // Its connection is closed by now, as the answer is whole.
  for (let round = 0; round < 8; round++) {
    await new Promise(setImmediate);
    const other = await peer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${"b".repeat(1000)}`),
    );
    await whole(await get(other));
  }
  assert.equal(Buffer.from(held).toString(), "a".repeat(1000));
  assert.equal((await body.next()).done, true);
});
