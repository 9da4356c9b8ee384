import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { AuditedAct } from "@redspot/audit";
import { closeStore, connectStore, ReadingList, type Store, StudyLedger } from "@redspot/queue";
import { type RunningRedis, startRedis } from "@redspot/testbed";
import { type FastifyInstance, fastify } from "fastify";
import { addActRoutes } from "./act-routes.ts";
import type { WorklistError } from "./worklist-error.ts";

const NOW = new Date("2026-03-01T10:00:00Z");
let redis: RunningRedis;
let store: Store;
let app: FastifyInstance;
let reader = "token:anna";
const audited: AuditedAct[] = [];

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url, { prefix: `test-${randomUUID()}` });
  app = fastify();
  app.setErrorHandler((error: WorklistError, _request, reply) =>
    reply.code(error.statusCode).send({ code: error.code, message: error.message, ...error.facts }),
  );
  addActRoutes(app, {
    list: new ReadingList(store),
    nameOf: () => reader,
    viewerUrl: undefined,
    audit: { record: async (event) => void audited.push(event) },
    now: () => NOW,
  });
});

after(async () => {
  await app.close();
  await closeStore(store);
  await redis.stop();
});

async function arrive(study: string): Promise<void> {
  const note = { sopClassUID: "1.2.840.10008.5.1.4.1.1.1", isImage: true, sha256: "0", bytes: 1 };
  await new StudyLedger(store).noteInstance({ ...note, studyInstanceUID: study, sopInstanceUID: `${study}.1` });
}

async function act(method: "POST" | "DELETE", path: string, payload?: object) {
  const response = await app.inject({ method, url: `/studies/${path}`, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.json() };
}

test("each act answers with the study's new line, and may come again", async () => {
  await arrive("1.1");
  await arrive("1.2");
  const steps = [
    [
      "POST",
      "take",
      undefined,
      { state: "IN PROGRESS", takenBy: "token:anna", takenAt: NOW.toISOString(), position: 2 },
    ],
    ["POST", "release", undefined, { state: "SCHEDULED", takenBy: null, position: 2 }],
    [
      "POST",
      "pin",
      { why: " in pain " },
      { position: 1, pin: { by: "token:anna", at: NOW.toISOString(), why: "in pain" } },
    ],
    ["DELETE", "pin", undefined, { position: 2, pin: null }],
    ["POST", "complete", undefined, { state: "COMPLETED", position: null }],
    ["POST", "reopen", undefined, { state: "SCHEDULED", position: 2, ended: null }],
    [
      "POST",
      "verdict",
      { verdict: "fracture" },
      { verdict: { by: "token:anna", at: NOW.toISOString(), verdict: "fracture" } },
    ],
    ["DELETE", "verdict", undefined, { verdict: null }],
  ] as const;
  for (const [method, what, payload, expected] of steps) {
    for (let time = 0; time < 2; time += 1) {
      const { status, body } = await act(method, `1.2/${what}`, payload);
      assert.equal(status, 200, what);
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, body[key]])), expected, what);
    }
  }
});

test("each act is audited, with who did it, before it is answered; what was refused is not done, and is not", async () => {
  await arrive("1.8");
  audited.length = 0;
  for (const [method, what, payload] of [
    ["POST", "take"],
    ["POST", "release"],
    ["POST", "pin", { why: "in pain" }],
    ["DELETE", "pin"],
    ["POST", "verdict", { verdict: "fracture", comment: "radius" }],
    ["DELETE", "verdict"],
    ["POST", "complete"],
    ["POST", "take"],
    ["POST", "reopen"],
  ] as const) {
    await act(method, `1.8/${what}`, payload);
  }
  const { address, ...first } = audited[0] as { address: string };
  assert.deepEqual(first, { kind: "act", act: "take", study: "1.8", by: "token:anna" });
  assert.ok(address);
  assert.deepEqual(
    audited.map((event) => (event as { act: string }).act),
    ["take", "release", "pin", "unpin", "verdict", "withdraw-verdict", "complete", "reopen"],
  );
  assert.doesNotMatch(JSON.stringify(audited), /pain|radius/);
});

test("what the state does not allow is refused with the state, and by whom it came", async () => {
  await arrive("1.3");
  await act("POST", "1.3/take");
  reader = "token:bert";
  const refusal = { state: "IN PROGRESS", by: "token:anna", at: NOW.toISOString() };
  for (const what of ["take", "complete"]) {
    const { status, body } = await act("POST", `1.3/${what}`);
    const { message, ...rest } = body;
    assert.deepEqual([status, rest], [409, { code: "STUDY_TAKEN", ...refusal }]);
    assert.match(message, /1\.3/);
  }
  reader = "token:anna";
  await act("POST", "1.3/complete");
  assert.deepEqual((await act("POST", "1.3/pin", { why: "late" })).body.code, "STUDY_ENDED");
  assert.deepEqual((await act("POST", "1.9/take")).body.code, "STUDY_UNKNOWN");
  assert.equal((await act("POST", "1.9/take")).status, 404);
});

test("words are few, on one line, and where they are asked for they are there", async () => {
  await arrive("1.4");
  for (const why of ["", "  ", "a".repeat(201), "two\nlines", 7, undefined]) {
    const { status, body } = await act("POST", "1.4/pin", { why });
    assert.deepEqual([status, body.code], [400, "BAD_REQUEST"], JSON.stringify(why));
  }
  assert.equal((await act("POST", "1.4/verdict", { verdict: "maybe" })).status, 400);
  assert.equal((await act("POST", "..%2F1/take")).status, 400);
});
