import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { describe, test } from "node:test";
import { FileSpool } from "@redspot/spool";
import { waitUntil } from "@redspot/testbed";
import { crFile, multipart, studyInstanceUIDOf } from "./test-instances.ts";
import { CONTENT_TYPE, LIMITS, outcome, post, reason, TestService, TOKEN, uids } from "./test-service.ts";

const service = new TestService();
const body = multipart([crFile({ study: "hostile" })]);

/** A raw connection to the service, and what comes back on it. */
async function connected(limits: Partial<typeof LIMITS> = {}): Promise<{ address: string; open: () => Sender }> {
  const address = await service.serve({ limits: { ...LIMITS, ...limits } });
  const { port } = new URL(address);
  return {
    address,
    open: () => {
      const socket = connect(Number(port), "127.0.0.1").setNoDelay(true);
      const sender: Sender = { socket, answer: "", closed: new Promise((resolve) => socket.once("close", resolve)) };
      socket.on("error", () => {});
      socket.on("data", (data) => {
        sender.answer += data.toString("latin1");
      });
      return sender;
    },
  };
}

interface Sender {
  socket: Socket;
  answer: string;
  closed: Promise<unknown>;
}

function head(...headers: string[]): string {
  const lines = [
    "POST /studies HTTP/1.1",
    "host: stow",
    `authorization: Bearer ${TOKEN}`,
    `content-type: ${CONTENT_TYPE}`,
    "accept: application/dicom+json",
    ...headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A refusal as it comes over the wire: status, and a body with the code. */
const refusal = (status: number, code: string) => new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\{"code":"${code}"`);

describe("what is no request", () => {
  const cases: [name: string, sent: string, status: number, code: string][] = [
    ["a line that is none of HTTP", "HELO stow\r\n\r\n", 400, "BAD_REQUEST"],
    ["a header field without a name", head(": x"), 400, "BAD_REQUEST"],
    ["two lengths", head("content-length: 1", "content-length: 2"), 400, "BAD_REQUEST"],
    ["a length beside chunks", head("content-length: 1", "transfer-encoding: chunked"), 400, "BAD_REQUEST"],
    ["a chunk without a length", `${head("transfer-encoding: chunked")}x\r\n`, 400, "BAD_REQUEST"],
    ["a path that is none", "POST /studies/% HTTP/1.1\r\nhost: stow\r\ncontent-length: 0\r\n\r\n", 400, "BAD_REQUEST"],
    ["header fields that are too long", head(`x: ${"x".repeat(20_000)}`), 431, "HEADER_TOO_LARGE"],
    ["too many header fields", head(...Array(101).fill("x: y"), "content-length: 0"), 431, "HEADER_TOO_LARGE"],
  ];
  for (const [name, sent, status, code] of cases) {
    test(`${name} is answered ${status} ${code}`, async () => {
      const { address, open } = await connected();
      const sender = open();
      sender.socket.end(sent);
      await sender.closed;
      assert.match(sender.answer, refusal(status, code));
      assert.equal((await post(address, body)).status, 200, "the service goes on");
    });
  }
});

describe("a sender that is too slow", () => {
  test("in its header is answered 408 and cut off", async () => {
    const { open } = await connected({ headerMs: 50 });
    const sender = open();
    sender.socket.write(head().slice(0, -2));
    await sender.closed;
    assert.match(sender.answer, refusal(408, "TOO_SLOW"));
  });

  test("in its body, though never silent for long, is answered 408 and cut off, and nothing is left of it", async () => {
    const { open } = await connected({ paceMs: 1, minBytesPerSecond: 1_000_000_000 });
    const sender = open();
    sender.socket.write(head("content-length: 1000000"));
    // Byte by byte: no machine makes that a gigabyte a second.
    const trickle = (at: number) => {
      if (sender.socket.destroyed) return;
      sender.socket.write(Uint8Array.of(body[at] ?? 0));
      setImmediate(trickle, at + 1);
    };
    trickle(0);
    await sender.closed;
    assert.match(sender.answer, refusal(408, "TOO_SLOW"));
    assert.match(sender.answer, /^connection: close/im);
    assert.deepEqual(await service.underWay(), []);
  });
});

describe("too many at a time", () => {
  test("an upload above the limit is answered 503 with Retry-After, and taken when there is room again", async () => {
    const { address, open } = await connected({ maxUploads: 1 });
    const first = open();
    first.socket.write(head(`content-length: ${body.byteLength}`));
    first.socket.write(body.subarray(0, 300));
    await waitUntil(async () => (await service.underWay()).length === 1, {
      what: "the first is under way",
      intervalMilliseconds: 5,
    });
    const refused = await post(address, multipart([crFile({ study: "busy" })]));
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await refused.json()) as { code: string }).code, "BUSY");
    first.socket.write(body.subarray(300));
    await waitUntil(() => first.answer.startsWith("HTTP/1.1 200"), { what: "its answer", intervalMilliseconds: 5 });
    first.socket.destroy();
    assert.equal((await post(address, multipart([crFile({ study: "busy" })]))).status, 200);
  });

  test("a sender that breaks off gives its place back", async () => {
    const { address, open } = await connected({ maxUploads: 1 });
    const first = open();
    first.socket.write(head("content-length: 1000"));
    first.socket.write(body.subarray(0, 300));
    await waitUntil(async () => (await service.underWay()).length === 1, {
      what: "it begins",
      intervalMilliseconds: 5,
    });
    first.socket.destroy();
    await waitUntil(async () => (await post(address, body)).status === 200, { what: "room", intervalMilliseconds: 5 });
  });

  test("a connection above the limit is closed", async () => {
    const { open } = await connected({ maxConnections: 2 });
    const [one, two] = [open(), open()];
    await Promise.all([once(one.socket, "connect"), once(two.socket, "connect")]);
    one.socket.write(head().slice(0, 20));
    two.socket.write(head().slice(0, 20));
    const three = open();
    await three.closed;
    assert.equal(three.answer, "");
    one.socket.destroy();
    two.socket.destroy();
  });
});

describe("a disk that fills up", () => {
  let free = 0;
  const small = async () => FileSpool.open(service.root, { reserveBytes: 1_000_000, freeBytes: async () => free });
  const file = multipart([crFile({ study: "full disk" })]);

  test("is answered 503 with Retry-After before it is full, and taken again by itself", async () => {
    const address = await service.serve({ spool: await small() });
    free = 1_000_000;
    const refused = await post(address, file);
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal(((await refused.json()) as { code: string }).code, "NO_SPACE");
    free = 1_000_000 + file.byteLength - 1;
    assert.equal((await post(address, file)).status, 503, "a body that would not fit is refused before it comes");
    free = 10_000_000;
    assert.equal((await post(address, file)).status, 200);
  });

  test("under way, fails the instances that come too late, and no others", async () => {
    const spool = await small();
    free = 10_000_000;
    const filling: typeof spool = Object.create(spool, {
      receive: {
        value: async () => {
          const incoming = await spool.receive();
          free = 0;
          return incoming;
        },
      },
      room: { value: async () => 10_000_000 },
    });
    const address = await service.serve({ spool: filling });
    const parts = ["1", "2"].map((name) => crFile({ study: "filling disk", name }));
    const [status, stored, reasons] = await outcome(await post(address, multipart(parts)));
    assert.equal(status, 202);
    assert.deepEqual(stored, uids("filling disk", "1"));
    assert.deepEqual(Object.values(reasons), [[reason("SPOOL_FULL")]]);
    free = 10_000_000;
    assert.equal((await outcome(await post(address, multipart(parts.slice(1)))))[0], 200);
  });
});

describe("a file that is not what it says", () => {
  test("an element that is longer than an instance may be is refused when it says so, not when it has come", async () => {
    const address = await service.serve();
    const file = Buffer.from(crFile({ study: "long element" }));
    file.writeUInt32LE(0xfffffffe, file.byteLength - 64 - 4);
    const [status, stored, reasons] = await outcome(await post(address, multipart([file, crFile({ study: "short" })])));
    assert.deepEqual([status, stored], [202, uids("short", "1")]);
    assert.deepEqual(Object.values(reasons), [[reason("INSTANCE_TOO_LARGE")]]);
  });
});

describe("identifiers that would lead elsewhere", () => {
  const elsewhere = [
    "../../../tmp/evil",
    "/etc/passwd",
    "..",
    "1.2/../../3",
    "1.2\\..\\3",
    "1.2\u0000.3",
    "1.2%2f3",
    "",
  ];
  for (const uid of elsewhere) {
    test(`${JSON.stringify(uid)} as a UID is refused, and makes no file`, async () => {
      const address = await service.serve();
      const before = await readdir(service.root, { recursive: true });
      for (const keyword of ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID"]) {
        const file = withUid(keyword, uid);
        const [status, stored, reasons] = await outcome(await post(address, multipart([file])));
        assert.deepEqual([status, stored], [400, []], keyword);
        assert.deepEqual(Object.values(reasons), [[reason("MISSING_UID")]], keyword);
      }
      assert.deepEqual(await readdir(service.root, { recursive: true }), before);
    });
  }

  test("as the study of the path are refused", async () => {
    const address = await service.serve();
    for (const study of ["..%2f..%2fetc", "1.2%00", "1..2", "a", "1.2%2f3"]) {
      const response = await post(address, body, { path: `/studies/${study}` });
      assert.ok([400, 404].includes(response.status), `${study}: ${response.status}`);
    }
    assert.equal((await post(address, body, { path: `/studies/${studyInstanceUIDOf("hostile")}` })).status, 200);
  });
});

/** A file in which one UID is any text of up to 60 bytes: its value is put in place of a good one as long. */
function withUid(keyword: string, text: string): Uint8Array {
  const placeholder = `1.${"9".repeat(58)}`;
  const file = Buffer.from(crFile({ study: "elsewhere" }, { [keyword]: placeholder }));
  const value = Buffer.alloc(placeholder.length, 0);
  value.write(text, "latin1");
  for (let at = file.indexOf(placeholder); at !== -1; at = file.indexOf(placeholder)) value.copy(file, at);
  return file;
}
