import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
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

/** A peer that counts connections, and answers each question as it is told to. */
async function keeper(answer: (socket: Socket, connection: number, question: number) => void) {
  const counts = { connections: 0, questions: 0 };
  const server = createServer((socket) => {
    const connection = ++counts.connections;
    let question = 0;
    socket.on("error", () => {});
    socket.on("data", () => {
      counts.questions++;
      answer(socket, connection, ++question);
    });
    closers.push(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  closers.push(() => server.close());
  await once(server, "listening");
  return { counts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
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

const OK = "HTTP/1.1 200 OK\r\n";
const TWO = `${OK}Content-Length: 2\r\n\r\nab`;

test("one question after the other goes over the same connection, whole answers of megabytes too", async () => {
  const large = `${OK}Content-Length: ${bytes.byteLength}\r\n\r\n`;
  const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`;
  const { counts, url } = await keeper((socket, _connection, question) => {
    if (question % 3 === 2) socket.write(chunked);
    else if (question % 3 === 0) socket.write(TWO);
    else socket.write(Buffer.concat([Buffer.from(large), bytes]));
  });
  for (let round = 0; round < 4; round++) {
    assert.ok((await whole(await get(url))).equals(bytes));
    for (let short = 0; short < 2; short++) assert.equal((await whole(await get(url))).byteLength, 2);
  }
  assert.deepEqual(counts, { connections: 1, questions: 12 });
});

test("questions at the same time have a connection each", async () => {
  const { counts, url } = await keeper((socket) => socket.write(TWO));
  const both = await Promise.all([get(url), get(url)]);
  for (const answer of both) assert.equal((await whole(answer)).toString(), "ab");
  assert.equal(counts.connections, 2);
  await Promise.all([get(url), get(url)].map(async (answer) => whole(await answer)));
  assert.equal(counts.connections, 2);
});

test("where the peer closes instead of answering another question, it is asked anew, once", async () => {
  const closings: ((socket: Socket) => void)[] = [(socket) => socket.end(), (socket) => socket.resetAndDestroy()];
  for (const close of closings) {
    const { counts, url } = await keeper((socket, _connection, question) => {
      if (question === 1) socket.write(TWO);
      else close(socket);
    });
    for (let round = 0; round < 3; round++) assert.equal((await whole(await get(url))).toString(), "ab");
    assert.deepEqual(counts, { connections: 3, questions: 5 });
  }
});

test("an answer that has begun is not asked for again", async () => {
  const { counts, url } = await keeper((socket, _connection, question) => {
    if (question === 1) socket.write(TWO);
    else socket.end("HTTP/1.1 2");
  });
  await whole(await get(url));
  await assert.rejects(get(url), /closed|no HTTP/);
  assert.deepEqual(counts, { connections: 1, questions: 2 });
});

test("a connection is not asked again where the peer says so, or has sent what nobody asked for", async () => {
  const answers = {
    "the peer closes": `${OK}Connection: close\r\nContent-Length: 2\r\n\r\nab`,
    "of HTTP/1.0": "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab",
    "something comes behind it": `${TWO}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx`,
  };
  for (const [what, answer] of Object.entries(answers)) {
    const { counts, url } = await keeper((socket) => socket.write(answer));
    for (let round = 0; round < 3; round++) assert.equal((await whole(await get(url))).toString(), "ab", what);
    assert.equal(counts.connections, 3, what);
  }
});

test("a kept connection keeps no process", async () => {
  const { url } = await keeper((socket) => socket.write(TWO));
  const script = `
    import { openAnswer } from ${JSON.stringify(new URL("./open-answer.ts", import.meta.url).href)};
    const { signal } = new AbortController();
    for await (const _ of (await openAnswer(${JSON.stringify(url)}, { headers: {}, signal })).body);
    console.log(process.getActiveResourcesInfo().filter((one) => one.startsWith("TCP")).length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  assert.equal(stdout.trim(), "0");
});
