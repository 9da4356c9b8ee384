import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type MultipartLimits, readMultipart } from "./multipart.ts";
import { MultipartError } from "./multipart-error.ts";

interface Read {
  headers: Record<string, string>;
  body: string;
  problem?: string;
}

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

async function* given(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield bytesOf(chunk);
}

/** The parts, and the code of the error that ended the reading. */
async function read(
  source: AsyncIterable<Uint8Array>,
  limits?: MultipartLimits,
): Promise<Read[] | [...Read[], string]> {
  const parts: Read[] = [];
  try {
    for await (const { headers, body, problem } of readMultipart(source, "b", limits)) {
      const part: Read = { headers: Object.fromEntries(headers), body: "", ...(problem ? { problem } : {}) };
      parts.push(part);
      for await (const chunk of body) part.body += Buffer.from(chunk).toString("latin1");
    }
    return parts;
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    return [...parts, error.code] as [...Read[], string];
  }
}

const HEAD = "--b\r\nA: 1\r\n\r\n";
const END = "\r\n--b--\r\n";
const part = (body: string, headers: Record<string, string> = { a: "1" }): Read => ({ headers, body });

describe("a multipart body", () => {
  const cases: Record<string, [string, unknown]> = {
    "of two parts": [`${HEAD}x\r\n${HEAD}y${END}`, [part("x"), part("y")]],
    "with preamble and epilogue": [`before\r\n\r\n${HEAD}x${END}after\r\n--b\r\n`, [part("x")]],
    "that begins with a line end": [`\r\n${HEAD}x${END}`, [part("x")]],
    "that ends right behind the closing boundary": [`${HEAD}x\r\n--b--`, [part("x")]],
    "without parts": ["--b--\r\n", []],
    "with an empty part": [`${HEAD}${END}`, [part("")]],
    "with a part of nothing at all": [`--b\r\n--b--`, [part("", {})]],
    "with a part without header fields": [`--b\r\n\r\nx${END}`, [part("x", {})]],
    "with a part that ends within its header": [`--b\r\nA: 1\r\n${HEAD}x${END}`, [part(""), part("x")]],
    "with white space behind a boundary": [`--b \t \r\nA: 1\r\n\r\nx${END}`, [part("x")]],
    "with names in capitals, folded values, double fields": [
      `--b\r\nCONTENT-TYPE:application/dicom;\r\n transfer-syntax=1.2\r\nX:  y  \r\nX: z\r\n\r\nx${END}`,
      [part("x", { "content-type": "application/dicom; transfer-syntax=1.2", x: "y" })],
    ],
    "with bytes that only begin like a boundary": [
      `${HEAD}\r\r\n\r\n-\r\n--\r\n--bx\r\n--b-\r\n--B--\r\n--a--b--\n--b\r${END}`,
      [part("\r\r\n\r\n-\r\n--\r\n--bx\r\n--b-\r\n--B--\r\n--a--b--\n--b\r")],
    ],
    "with every byte value": [
      `${HEAD}${String.fromCharCode(...Array(256).keys())}${END}`,
      [part(String.fromCharCode(...Array(256).keys()))],
    ],
    "with LF for line ends": ["--b\nA: 1\n\nx\r\n--b\nA: 2\n\ny\n--b--\n", [part("x\r"), part("y", { a: "2" })]],
    "with LF before the first boundary only": [`before\n${HEAD}x\n--b--\n${END}`, [part("x\n--b--\n")]],
    "with a line that is no header field": [
      `--b\r\nno colon\r\n\r\nlost\r\n${HEAD}x${END}`,
      [{ headers: {}, body: "", problem: "BAD_HEADER" }, part("x")],
    ],
    "with a space before a header name": [
      `--b\r\n A: 1\r\n\r\nlost\r\n${HEAD}x${END}`,
      [{ headers: {}, body: "", problem: "BAD_HEADER" }, part("x")],
    ],
    "that ends within a part": [`${HEAD}xy`, [part("xy"), "TRUNCATED"]],
    "that ends within the closing boundary": [`${HEAD}xy\r\n--b-`, [part("xy\r\n--b-"), "TRUNCATED"]],
    "that ends behind a boundary": [`${HEAD}x\r\n--b`, [part("x\r\n--b"), "TRUNCATED"]],
    "that ends within a header": ["--b\r\nA: ", ["TRUNCATED"]],
    "without the boundary": ["nothing of the kind", ["NO_BOUNDARY"]],
    "of no bytes": ["", ["NO_BOUNDARY"]],
  };

  for (const [name, [text, expected]] of Object.entries(cases)) {
    test(`${name} reads the same whatever its chunks`, async () => {
      for (let size = 1; size <= Math.min(text.length, 40); size += 1) {
        assert.deepEqual(await read(inChunks(text, size)), expected, `in chunks of ${size}`);
      }
      for (let at = 0; at <= text.length; at += 1) {
        const source = given(text.slice(0, at), "", text.slice(at));
        assert.deepEqual(await read(source), expected, `split at ${at}`);
      }
    });
  }
});

test("a part whose length is trusted may hold the boundary; wrong lengths harm nobody but their own body", async () => {
  const sized = (body: string, length = body.length) => `--b\r\nContent-Length: ${length}\r\n\r\n${body}\r\n`;
  const held = (body: string, length = body.length) => part(body, { "content-length": String(length) });
  const cases: [string, unknown][] = [
    [`${sized("x\r\n--b\r\ny")}${sized("")}${sized("z")}--b--`, [held("x\r\n--b\r\ny"), held(""), held("z")]],
    [`${sized("xy", 1)}${sized("z")}--b--`, [held("xy", 1), held("z")]],
    [`${sized("x", 1000)}--b--`, [held("x\r\n--b--", 1000), "TRUNCATED"]],
    [`--b\r\nContent-Length: -3\r\n\r\nx${END}`, [held("x", -3)]],
    [`--b\r\nContent-Length: 1000\r\n--b\r\n\r\nx${END}`, [held("", 1000), part("x", {})]],
  ];
  for (const [text, expected] of cases) {
    for (let size = 1; size <= text.length; size += 1) {
      assert.deepEqual(await read(inChunks(text, size), { trustLengths: true }), expected, `in chunks of ${size}`);
    }
  }
});

test("a long boundary is found across chunks, and its beginnings in the body are not taken for it", async () => {
  const boundary = `${"-".repeat(60)}0123456789`;
  const body = `x\r\n--${"-".repeat(61)}\r\n--${boundary.slice(0, -1)}\r\r\n--`;
  const text = `--${boundary}\r\n\r\n${body}\r\n--${boundary}--`;
  for (let size = 1; size < 90; size += 1) {
    const bodies: string[] = [];
    for await (const { body } of readMultipart(inChunks(text, size), boundary)) {
      let read = "";
      for await (const chunk of body) read += Buffer.from(chunk).toString("latin1");
      bodies.push(read);
    }
    assert.deepEqual(bodies, [body], `in chunks of ${size}`);
  }
});

test("a header of very many fields is too large, however short they are", async () => {
  const body = (fields: number) => given(`--b\r\n${"a: 1\r\n".repeat(fields)}\r\nx\r\n--b--`);
  assert.deepEqual(await read(body(100)), [part("x")]);
  assert.deepEqual(await read(body(101)), [{ headers: {}, body: "", problem: "HEADER_TOO_LARGE" }]);
});

test("a field's value is told without the white space around it, however much of it there is", async () => {
  const spaces = " ".repeat(1_000_000);
  const body = given(`--b\r\na:${spaces}1${spaces}2\t \r\n\r\nx\r\n--b--`);
  assert.deepEqual(await read(body, { maxHeaderBytes: 3_000_000 }), [part("x", { a: `1${spaces}2` })]);
});

test("a line end far behind the first boundary is not looked for, whatever the chunks", async () => {
  const near = `--b${" ".repeat(1000)}\nA: 1\n\nx\n--b--\n`;
  const far = `--b${" ".repeat(3000)}\nA: 1\n\nx\n--b--\n`;
  for (const size of [1, 100, 1100, 5000]) {
    assert.deepEqual(await read(inChunks(near, size)), [part("x")], `in chunks of ${size}`);
    assert.deepEqual(await read(inChunks(far, size)), [part("x\n--b--\n"), "TRUNCATED"], `in chunks of ${size}`);
  }
});

test("what is not read of a part is dropped, and the next one comes whole", async () => {
  const names: (string | undefined)[] = [];
  const text = `--b\r\nN: 1\r\n\r\n${"x".repeat(1000)}\r\n--b\r\nN: 2\r\n\r\n${"y".repeat(1000)}\r\n--b\r\nN: 3\r\n\r\nz${END}`;
  let last = "";
  for await (const { headers, body } of readMultipart(inChunks(text, 100), "b")) {
    names.push(headers.get("n"));
    if (headers.get("n") === "2") for await (const _chunk of body) break;
    if (headers.get("n") === "3") for await (const chunk of body) last += Buffer.from(chunk).toString("latin1");
  }
  assert.deepEqual(names, ["1", "2", "3"]);
  assert.equal(last, "z");
});

test("limits: header fields, parts, preamble", async () => {
  const long = `--b\r\nA: ${"1".repeat(200)}\r\n\r\nx\r\n${HEAD}y${END}`;
  for (const size of [1, 7, 1000]) {
    assert.deepEqual(await read(inChunks(long, size), { maxHeaderBytes: 100 }), [
      { headers: {}, body: "", problem: "HEADER_TOO_LARGE" },
      part("y"),
    ]);
    const endless = `--b\r\nA: ${"1".repeat(5000)}`;
    assert.deepEqual((await read(inChunks(endless, size), { maxHeaderBytes: 100 })).at(-1), "TRUNCATED");
  }
  const fits = `--b\r\nA: ${"1".repeat(91)}\r\n\r\nx${END}`;
  assert.deepEqual(await read(given(fits), { maxHeaderBytes: 100 }), [part("x", { a: "1".repeat(91) })]);
  const three = `${HEAD}x\r\n${HEAD}y\r\n${HEAD}z${END}`;
  assert.deepEqual(await read(given(three), { maxParts: 2 }), [part("x"), part("y"), "TOO_MANY_PARTS"]);
  assert.deepEqual(await read(given("p".repeat(50), `\r\n${HEAD}x${END}`), { maxPreambleBytes: 40 }), ["NO_BOUNDARY"]);
});

test("no more is asked of the source than the reader has taken", async () => {
  let given = 0;
  const source = (async function* () {
    yield bytesOf(HEAD);
    for (; given < 100; given += 1) yield Buffer.alloc(1000, given);
    yield bytesOf(END);
  })();
  for await (const { body } of readMultipart(source, "b")) {
    let taken = 0;
    for await (const chunk of body) {
      taken += chunk.byteLength / 1000;
      assert.ok(given <= taken, `${given} chunks asked for, ${taken} taken`);
    }
    assert.equal(taken, 100);
  }
});

test("an error of the source comes through as it is", async () => {
  const broken = new Error("connection reset");
  const source = (async function* () {
    yield bytesOf(`${HEAD}x`);
    throw broken;
  })();
  await assert.rejects(read(source), broken);
});

test("what nearly is a delimiter, again and again, stays in the pieces that it came in", async () => {
  const body = "\r\n--bX".repeat(10_000);
  const pieces: number[] = [];
  let content = "";
  for await (const one of readMultipart(given(HEAD, body, END), "b")) {
    for await (const piece of one.body) {
      pieces.push(piece.byteLength);
      content += Buffer.from(piece).toString("latin1");
    }
  }
  assert.equal(content, body);
  assert.ok(pieces.length <= 3, `${pieces.length} pieces`);
});

test("random bodies come out as they went in, in random chunks", async () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  // Of the bytes that delimiters consist of, so that they nearly occur all the time.
  const alphabet = "\r\n-bx";
  for (let round = 0; round < 300; round += 1) {
    const bodies = Array.from({ length: 1 + random(4) }, () => {
      const body = Array.from({ length: random(60) }, () => alphabet[random(alphabet.length)]).join("");
      // A sender chooses a boundary that does not occur.
      return body
        .replace(/\r\n--b/g, "\r\n--x")
        .replace(/^\r\n--/, "xx")
        .replace(/^--/, "xx");
    });
    const text = `${bodies.map((body) => `--b\r\n\r\n${body}\r\n`).join("")}--b--\r\n`;
    const source = (async function* () {
      const bytes = bytesOf(text);
      for (let at = 0; at < bytes.byteLength; ) {
        const size = 1 + random(30);
        yield bytes.subarray(at, at + size);
        at += size;
      }
    })();
    assert.deepEqual(
      await read(source),
      bodies.map((body) => part(body, {})),
      JSON.stringify(text),
    );
  }
});

test("where lines have to end in CRLF, a body whose lines end in LF is none", async () => {
  const text = "--b\nA: 1\n\nx\n--b--\n";
  assert.deepEqual(await read(given(text)), [part("x")]);
  assert.deepEqual(await read(given(text), { crlfOnly: true }), ["NO_BOUNDARY"]);
  assert.deepEqual(await read(given(`${HEAD}x${END}`), { crlfOnly: true }), [part("x")]);
});
