import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { TransferSyntax } from "@redspot/dicom";
import { hexOf, parseStoreResponse } from "@redspot/dicomweb";
import { closeStore, connectStore, type Store, StudyLedger, StudyQueue } from "@redspot/queue";
import { createLogger } from "@redspot/runtime";
import { FileSpool, SpoolError } from "@redspot/spool";
import { freePort, type RunningRedis, startRedis, waitUntil } from "@redspot/testbed";
import type { FastifyInstance } from "fastify";
import { buildApp, type StowOptions } from "./app.ts";
import { INSTANCE_FAILURES, type InstanceFailureCode } from "./failures.ts";
import { CR, crFile, multipart, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";

const TOKEN = "token-of-the-stow-test";
const SR = "1.2.840.10008.5.1.4.1.1.88.34";
const CONTENT_TYPE = 'multipart/related; type="application/dicom"; boundary="b"';
const LIMITS = {
  maxInstanceBytes: 1_000_000,
  maxRequestBytes: 5_000_000,
  maxParts: 30,
  maxPartHeaderBytes: 1000,
  idleMs: 60_000,
};

let redisPort: number;
let redis: RunningRedis;
let store: Store;
let root: string;
let spool: FileSpool;
let settling: StudyQueue;
let logLines: string[] = [];

before(async () => {
  redisPort = await freePort();
  redis = await startRedis({ by: "program", port: redisPort });
  store = connectStore(redis.url, { prefix: "stow-test", answerWithinMs: 500 });
  store.redis.on("error", () => {});
  root = await mkdtemp(join(tmpdir(), "redspot-stow-"));
  spool = await FileSpool.open(root);
  settling = new StudyQueue(store, "settling");
});

after(async () => {
  await settling.close();
  await closeStore(store);
  await redis.stop();
  await rm(root, { recursive: true });
});

const open: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
  assert.deepEqual(await readdir(join(root, "tmp")), [], "nothing is left on its way");
  assert.doesNotMatch(logLines.join(""), /SECRET/);
});

/** A listening service, and its address. */
async function serve(more: Partial<StowOptions> = {}): Promise<string> {
  logLines = [];
  const app = buildApp({
    logger: createLogger({ service: "stow", level: "info" }, { write: (line) => void logLines.push(line) }),
    spool,
    ledger: new StudyLedger(store),
    settling,
    settleMs: 3_600_000,
    tokens: [TOKEN],
    limits: LIMITS,
    strict: false,
    checks: { redis: () => store.redis.ping() },
    ...more,
  });
  open.push(app);
  return app.listen({ port: 0, host: "127.0.0.1" });
}

interface Post {
  path?: string;
  headers?: Record<string, string | undefined>;
}

function post(address: string, body: Uint8Array, { path = "/studies", headers = {} }: Post = {}): Promise<Response> {
  const all = {
    authorization: `Bearer ${TOKEN}`,
    "content-type": CONTENT_TYPE,
    accept: "application/dicom+json",
    ...headers,
  };
  const given = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return fetch(`${address}${path}`, { method: "POST", headers: given, body });
}

/** Status, stored SOP Instance UIDs and failure reasons by SOP Instance UID, those of other failures under "". */
async function outcome(response: Response): Promise<[number, string[], Record<string, string[]>]> {
  assert.match(response.headers.get("content-type") ?? "", /^application\/dicom\+json/);
  const { stored, failed } = parseStoreResponse(await response.text());
  const reasons: Record<string, string[]> = {};
  for (const { sopInstanceUID = "", failureReason } of failed) {
    reasons[sopInstanceUID] ??= [];
    reasons[sopInstanceUID].push(hexOf(failureReason));
  }
  return [response.status, stored.map(({ sopInstanceUID }) => sopInstanceUID).sort(), reasons];
}

const reason = (code: InstanceFailureCode) => hexOf(INSTANCE_FAILURES[code].reason);
const uids = (study: string, ...names: string[]) => names.map((name) => sopInstanceUIDOf(study, name)).sort();

async function settlingJobs(study: string): Promise<number> {
  const keys = await store.redis.keys(`stow-test:queue:settling:${studyInstanceUIDOf(study)}-r*`);
  return keys.length;
}

const notes = (study: string) => store.redis.hgetall(`stow-test:study:${studyInstanceUIDOf(study)}:instances`);

describe("a Store transaction", () => {
  test("stores instances, notes them and sees to the settling of their studies", async () => {
    const address = await serve();
    const files = [crFile({ study: "a", name: "1" }), crFile({ study: "a", name: "2" }), crFile({ study: "b" })];
    const stored = [...uids("a", "1", "2"), ...uids("b", "1")].sort();
    assert.deepEqual(await outcome(await post(address, multipart(files))), [200, stored, {}]);

    for (const [file, study, name] of [
      [files[0], "a", "1"],
      [files[2], "b", "1"],
    ] as const) {
      const kept = await spool.read(studyInstanceUIDOf(study), sopInstanceUIDOf(study, name));
      assert.ok(Buffer.from(file!).equals(kept));
    }
    assert.deepEqual(Object.keys(await notes("a")).sort(), uids("a", "1", "2"));
    const note = JSON.parse((await notes("a"))[sopInstanceUIDOf("a", "1")]!);
    assert.equal(note.sopClassUID, CR);
    assert.equal(note.isImage, true);
    assert.equal(note.bytes, files[0]!.byteLength);
    assert.match(note.sha256, /^[0-9a-f]{64}$/);
    assert.equal(await settlingJobs("a"), 1);
    assert.equal(await settlingJobs("b"), 1);
  });

  test("answers a repetition as it answered the first time, and does nothing else", async () => {
    const address = await serve();
    const body = multipart([crFile({ study: "again" })]);
    const first = await outcome(await post(address, body));
    const all = await Promise.all(Array.from({ length: 8 }, async () => outcome(await post(address, body))));
    assert.deepEqual(first, [200, uids("again", "1"), {}]);
    for (const one of all) assert.deepEqual(one, first);
    assert.equal(await settlingJobs("again"), 1);
    assert.deepEqual(await spool.list(studyInstanceUIDOf("again")), uids("again", "1"));
  });

  test("keeps what was first under a SOP Instance UID", async () => {
    const address = await serve();
    const first = crFile({ study: "conflict" });
    await post(address, multipart([first]));
    const other = crFile({ study: "conflict" }, { PixelData: new Uint8Array(64).fill(1) });
    const [uid = ""] = uids("conflict", "1");
    assert.deepEqual(await outcome(await post(address, multipart([other]))), [409, [], { [uid]: ["0111"] }]);
    assert.ok(Buffer.from(first).equals(await spool.read(studyInstanceUIDOf("conflict"), uid)));
  });

  test("takes a study whose senders race with each other as one revision", async () => {
    const address = await serve();
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    const bodies = [0, 1, 2].flatMap(() => names.map((name) => multipart([crFile({ study: "race", name })])));
    const statuses = await Promise.all(bodies.map(async (body) => (await post(address, body)).status));
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(await settlingJobs("race"), 1);
    assert.equal(Object.keys(await notes("race")).length, 12);
  });

  test("takes documents too, and notes that they are no images", async () => {
    const address = await serve();
    const file = crFile({ study: "report" }, { SOPClassUID: SR, PixelData: undefined });
    assert.deepEqual(await outcome(await post(address, multipart([file]))), [200, uids("report", "1"), {}]);
    assert.equal(JSON.parse((await notes("report"))[sopInstanceUIDOf("report", "1")]!).isImage, false);
  });

  test("takes encapsulated pixel data, and a part whose header says another transfer syntax: the file counts", async () => {
    const address = await serve();
    const fragments = { PixelData: [new Uint8Array(0), new Uint8Array(10)] };
    const file = crFile({ study: "rle" }, fragments, TransferSyntax.RLELossless);
    const header = "Content-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2\r\n\r\n";
    const part = header + Buffer.from(file).toString("latin1");
    const body = Buffer.concat([Buffer.from(`--b\r\n${part}`, "latin1"), Buffer.from("\r\n--b--")]);
    assert.deepEqual(await outcome(await post(address, body)), [200, uids("rle", "1"), {}]);
  });
});

describe("each part has an outcome of its own", () => {
  const good = crFile({ study: "parts", name: "good" });
  const named = (name: string, more: Parameters<typeof crFile>[1] = {}) => crFile({ study: "parts", name }, more);
  const uid = (name: string) => sopInstanceUIDOf("parts", name);
  const implicit = crFile({ study: "parts", name: "implicit" }, {}, TransferSyntax.ImplicitVRLittleEndian);
  const malformed = Buffer.from(named("malformed"));
  malformed.write("??", malformed.indexOf(Buffer.from("10001000504e", "hex")) + 4, "latin1");

  const bad: Record<string, { part: Uint8Array | string; code: InstanceFailureCode; uid?: string; status: number }> = {
    "an empty part": { part: new Uint8Array(0), code: "EMPTY_PART", status: 400 },
    "a part that is no DICOM file": {
      part: new TextEncoder().encode("%PDF-1.7 ".repeat(50)),
      code: "NOT_PART_10",
      status: 400,
    },
    "a truncated file": { part: named("cut").subarray(0, -1), code: "TRUNCATED", uid: uid("cut"), status: 400 },
    "a corrupt file": { part: malformed, code: "MALFORMED", uid: uid("malformed"), status: 400 },
    "a part without a study": {
      part: named("no study", { StudyInstanceUID: null }),
      code: "MISSING_UID",
      uid: uid("no study"),
      status: 400,
    },
    "a part of another type": { part: "Content-Type: image/jpeg\r\n\r\nJFIF", code: "WRONG_PART_TYPE", status: 400 },
    "a part with a bad header": { part: "no header at all\r\n\r\nx", code: "BAD_PART_HEADER", status: 400 },
    "a part with a long header": { part: `X: ${"y".repeat(2000)}\r\n\r\nx`, code: "BAD_PART_HEADER", status: 400 },
    "a transfer syntax that is not for the web": {
      part: implicit,
      code: "TRANSFER_SYNTAX",
      uid: uid("implicit"),
      status: 409,
    },
    "an instance that is too large": {
      part: named("large", { PixelData: new Uint8Array(1_000_000) }),
      code: "INSTANCE_TOO_LARGE",
      uid: uid("large"),
      status: 409,
    },
  };

  for (const [name, { part, code, uid = "", status }] of Object.entries(bad)) {
    test(`${name} fails as ${code}, alone and beside a good one`, async () => {
      const address = await serve();
      const failed = { [uid]: [reason(code)] };
      assert.deepEqual(await outcome(await post(address, multipart([part]))), [status, [], failed]);
      for (const parts of [
        [part, good],
        [good, part],
      ]) {
        assert.deepEqual(await outcome(await post(address, multipart(parts))), [202, [uid_good], failed]);
      }
    });
  }
  const uid_good = uid("good");

  test("all of them at once, and the service goes on", async () => {
    const address = await serve();
    const parts = Object.values(bad).map(({ part }) => part);
    const [status, stored, failed] = await outcome(await post(address, multipart([...parts, good])));
    assert.equal(status, 202);
    assert.deepEqual(stored, [uid_good]);
    assert.equal(Object.values(failed).flat().length, parts.length);
    const [allBad] = await outcome(await post(address, multipart(parts)));
    assert.equal(allBad, 409, "mixed reasons");
    assert.equal((await post(address, multipart([good]))).status, 200);
  });

  test("an instance of another study than the path's fails, one of that study is stored", async () => {
    const address = await serve();
    const path = `/studies/${studyInstanceUIDOf("parts")}`;
    const stranger = crFile({ study: "stranger" });
    const failed = { [sopInstanceUIDOf("stranger", "1")]: ["C409"] };
    assert.deepEqual(await outcome(await post(address, multipart([stranger, good]), { path })), [
      202,
      [uid_good],
      failed,
    ]);
    assert.deepEqual(await outcome(await post(address, multipart([stranger]), { path })), [409, [], failed]);
    await assert.rejects(spool.read(studyInstanceUIDOf("stranger"), sopInstanceUIDOf("stranger", "1")));
  });

  test("a body that ends early fails the part that it ends in, and keeps those before", async () => {
    const address = await serve();
    const cut = named("cut");
    const body = multipart([good, cut]);
    const early = await outcome(await post(address, body.subarray(0, body.byteLength - 100)));
    assert.deepEqual(early, [202, [uid_good], { [uid("cut")]: [reason("TRUNCATED")] }]);
    const withoutClosing = await outcome(await post(address, multipart([cut]).subarray(0, -10)));
    assert.deepEqual(withoutClosing, [400, [], { [uid("cut")]: [reason("TRUNCATED")] }]);
  });

  test("more parts than allowed: the first ones are stored", async () => {
    const address = await serve();
    const [status, stored, failed] = await outcome(await post(address, multipart(Array(31).fill(good))));
    assert.equal(status, 202);
    assert.equal(stored.length, 30);
    assert.deepEqual(failed, { "": [reason("TOO_MANY_PARTS")] });
  });

  test("strict, a part has to say what it is", async () => {
    const address = await serve({ strict: true });
    const body = multipart([good]).toString("latin1").replace("Content-Type: application/dicom", "X: y");
    const [status, , failed] = await outcome(await post(address, Buffer.from(body, "latin1")));
    assert.deepEqual([status, failed], [400, { "": [reason("WRONG_PART_TYPE")] }]);
  });
});

describe("a request as a whole", () => {
  const body = multipart([crFile({ study: "whole" })]);
  const cases: [string, number, string, Post & { body?: Uint8Array; strict?: boolean }][] = [
    ["without a token", 401, "UNAUTHORIZED", { headers: { authorization: undefined } }],
    ["with a wrong token", 401, "UNAUTHORIZED", { headers: { authorization: "Bearer no-such-token" } }],
    ["to another path", 404, "NOT_FOUND", { path: "/series" }],
    ["of a study that is no UID", 400, "BAD_STUDY_UID", { path: "/studies/..%2F..%2Fetc" }],
    ["of another type", 415, "UNSUPPORTED_MEDIA_TYPE", { headers: { "content-type": "application/dicom" } }],
    [
      "of metadata",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      { headers: { "content-type": CONTENT_TYPE.replace("dicom", "dicom+json") } },
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
      const address = await serve({ strict });
      const response = await post(address, other ?? body, options);
      assert.equal(response.status, status);
      assert.equal(((await response.json()) as { code: string }).code, code);
      assert.equal(response.headers.has("www-authenticate"), status === 401);
      assert.equal(response.headers.has("accept-post"), status === 415);
      assert.equal((await post(address, body)).status, 200, "the service goes on");
    });
  }

  test("of unknown length that is too large is answered 413", async () => {
    const address = await serve();
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
    const { port } = new URL(await serve());
    const socket = connect(Number(port), "127.0.0.1");
    const answer = collect(socket);
    socket.write(Buffer.concat([requestHead(`content-length: ${body.byteLength}`), body]));
    await waitUntil(() => answer.text.includes("}"), { what: "the answer", intervalMilliseconds: 5 });
    assert.match(answer.text, /^HTTP\/1.1 200 [\s\S]*content-type: application\/dicom\+json/i);
    socket.destroy();
  });

  test("OPTIONS tells what there is, other methods what is allowed", async () => {
    const address = await serve();
    const ask = (method: string, path: string) =>
      fetch(`${address}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    const capabilities = await ask("OPTIONS", "/");
    assert.equal(capabilities.status, 200);
    assert.match(capabilities.headers.get("content-type") ?? "", /^application\/vnd\.sun\.wadl\+xml/);
    assert.match(await capabilities.text(), /<resource path="studies">/);
    for (const path of ["/studies", "/studies/1.2.3"]) {
      const options = await ask("OPTIONS", path);
      assert.deepEqual([options.status, options.headers.get("allow")], [204, "POST, OPTIONS"]);
      for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) {
        const response = await ask(method, path);
        assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST, OPTIONS"], method);
      }
    }
    assert.deepEqual((await ask("POST", "/")).headers.get("allow"), "OPTIONS");
    assert.equal((await fetch(`${address}/studies`, { method: "OPTIONS" })).status, 401);
    assert.equal((await fetch(`${address}/health/ready`)).status, 200);
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
    const { port } = new URL(await serve());
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
    const address = await serve();
    const { port } = new URL(address);
    const body = multipart([crFile({ study: "broken off" }, { PixelData: new Uint8Array(500_000) })]);
    const socket = connect(Number(port), "127.0.0.1");
    collect(socket);
    socket.write(requestHead(`content-length: ${body.byteLength}`));
    socket.write(body.subarray(0, 400_000));
    const tmp = join(root, "tmp");
    await waitUntil(async () => (await readdir(tmp)).length > 0, { what: "the file", intervalMilliseconds: 5 });
    socket.destroy();
    await waitUntil(async () => (await readdir(tmp)).length === 0, { what: "its removal", intervalMilliseconds: 5 });
    assert.deepEqual(await spool.list(studyInstanceUIDOf("broken off")), []);
    assert.equal((await post(address, multipart([crFile({ study: "broken off" })]))).status, 200);
  });

  test("a sender that falls silent is cut off", async () => {
    const { port } = new URL(await serve({ limits: { ...LIMITS, idleMs: 100 } }));
    const socket = connect(Number(port), "127.0.0.1");
    collect(socket);
    socket.write(requestHead("content-length: 1000"));
    await once(socket, "close");
  });
});

describe("when something is away", () => {
  test("a full spool fails the instance as out of resources, to be sent again", async () => {
    const address = await serve({ spool: fullSpool });
    const response = await post(address, multipart([crFile({ study: "full" })]));
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const failed = { [sopInstanceUIDOf("full", "1")]: [reason("SPOOL_FULL")] };
    assert.deepEqual(await outcome(response), [503, [], failed]);
  });

  test("without Redis nothing is acknowledged; once it is back, the same is sent again and noted", async () => {
    const address = await serve();
    const body = multipart([crFile({ study: "redis" }), crFile({ study: "redis", name: "2" })]);
    await redis.stop();
    const response = await post(address, body);
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const [one = "", two = ""] = uids("redis", "1", "2");
    const failed = { [one]: [reason("LEDGER_AWAY")], [two]: [reason("LEDGER_AWAY")] };
    assert.deepEqual(await outcome(response), [503, [], failed]);
    assert.equal((await fetch(`${address}/health/ready`)).status, 503);

    redis = await startRedis({ by: "program", port: redisPort });
    await waitUntil(async () => (await fetch(`${address}/health/ready`)).ok, { what: "stow is ready" });
    assert.deepEqual(await outcome(await post(address, body)), [200, [one, two].sort(), {}]);
    assert.deepEqual(Object.keys(await notes("redis")).sort(), [one, two].sort());
    assert.equal(await settlingJobs("redis"), 1);
  });

  test("an instance that was stored but not noted is noted when it comes again", async () => {
    const file = crFile({ study: "not noted" });
    const incoming = await spool.receive();
    await incoming.write(file);
    const studyInstanceUID = studyInstanceUIDOf("not noted");
    await incoming.commit({ studyInstanceUID, sopInstanceUID: sopInstanceUIDOf("not noted", "1") });
    const address = await serve();
    assert.equal((await post(address, multipart([file]))).status, 200);
    assert.equal(await settlingJobs("not noted"), 1);
  });

  test("a fault of the service is answered 500 and logged, without what caused it being told", async () => {
    const broken = { receive: () => Promise.reject(new TypeError("broken inside")) } as unknown as FileSpool;
    const address = await serve({ spool: broken });
    const response = await post(address, multipart([crFile({ study: "fault" })]));
    assert.equal(response.status, 500);
    const told = await response.text();
    assert.equal(JSON.parse(told).code, "INTERNAL");
    assert.doesNotMatch(told, /broken inside/);
    assert.ok(logLines.some((line) => JSON.parse(line).level === "error" && line.includes("broken inside")));
  });
});

/** A spool without room for anything. */
const fullSpool = {
  receive: () => Promise.reject(new SpoolError("NO_SPACE", "no space left in the spool (ENOSPC)")),
} as unknown as FileSpool;
