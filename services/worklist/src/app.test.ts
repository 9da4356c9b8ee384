import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_AUDIT, type ReadingList, type ReadingListCounts, type Store, type Workitem } from "@redspot/queue";
import { Access, parseStaticTokens, staticTokenEntry, staticTokenScheme, Transport } from "@redspot/runtime";
import { SpoolError } from "@redspot/spool";
import { findingOf, inShort, reason } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { decode } from "fast-png";
import { type AppDependencies, buildApp } from "./app.ts";
import { EventStream } from "./event-stream.ts";
import { ListPages } from "./list-pages.ts";
import { HeadStarts } from "./reading-policy.ts";
import { openUps } from "./ups/open-ups.ts";

const TOKEN = "a-token-of-some-length";
const SENDER = "a-token-that-may-only-store";
const NOW = new Date("2026-03-01T10:00:00Z");
const model = { ...EXAMPLE_MODEL, cutOff: 0.45, inconclusiveBand: { low: 0.4, high: 0.5 } };
const image = { sopClassUID: "1.2.840.10008.5.1.4.1.1.1" };
const FINDING = findingOf({
  studyInstanceUID: "1.1",
  revision: 2,
  instances: [
    {
      ...image,
      sopInstanceUID: "1.1.1",
      analysed: true,
      logit: -1,
      probability: 0.2,
      activationMap: new Array(64).fill(0),
    },
    {
      ...image,
      sopInstanceUID: "1.1.2",
      analysed: true,
      logit: 2,
      probability: 0.9,
      laterality: "R",
      activationMap: new Array(64).fill(1 / 3),
    },
    { ...image, sopInstanceUID: "1.1.3", analysed: false, reason: reason("NOT_LATERAL") },
  ],
  model,
  softwareVersion: "1",
  analysedAt: NOW,
});
const WORKITEMS: Workitem[] = [
  {
    studyInstanceUID: "1.1",
    arrivedAt: NOW.getTime() - 90_000,
    lane: "live",
    state: "IN PROGRESS",
    taken: { by: "token:anna", at: NOW.getTime() - 10_000 },
    priority: "HIGH",
    pin: { by: "token:anna", at: NOW.getTime() - 20_000, why: "theatre waits" },
    verdict: { by: "token:anna", at: NOW.getTime() - 5_000, verdict: "no-fracture", comment: "a vessel", revision: 2 },
    report: { state: "failed", code: "PACS_UNREACHABLE", retrying: true },
    finding: inShort(FINDING),
  },
  {
    studyInstanceUID: "1.2",
    arrivedAt: NOW.getTime() - 30_000,
    lane: "live",
    state: "SCHEDULED",
    priority: "MEDIUM",
    report: { state: "pending" },
  },
];

const KNOWN = [
  staticTokenEntry({ name: "reading-room", scopes: ["read"] }, TOKEN),
  staticTokenEntry({ name: "pacs", scopes: ["store"] }, SENDER),
];
const accessFor = (entries: string[]) =>
  new Access({ schemes: entries.length === 0 ? [] : [staticTokenScheme(parseStaticTokens(entries.join()))] });

/** The Worklist Service on a Redis that is asked nothing here. */
const UPS = openUps({
  store: { redis: {} as Store["redis"], prefix: "test" },
  pacs: { findPatient: async () => undefined, findStudies: async () => [] },
  retrieveUrl: "https://pacs/dicom-web",
  policy: { headStartMs: 0 },
  now: () => NOW,
  logger: { warn: () => undefined },
});

const COUNTS: ReadingListCounts = {
  open: {
    HIGH: { SCHEDULED: 0, "IN PROGRESS": 1 },
    MEDIUM: { SCHEDULED: 1, "IN PROGRESS": 0 },
    LOW: { SCHEDULED: 0, "IN PROGRESS": 0 },
  },
  done: 3,
  oldestArrival: { MEDIUM: NOW.getTime() - 30_000 },
  findingsAfterOpening: 0,
};
const LIST: AppDependencies["list"] & Pick<ReadingList, "lines" | "doneLines"> = {
  lines: async (offset = 0, count = 100) => ({
    total: 2,
    workitems: WORKITEMS.slice(offset, offset + count),
    counts: COUNTS,
  }),
  doneLines: async () => ({ total: 0, workitems: [], counts: COUNTS }),
  get: async (study) => WORKITEMS.find((one) => one.studyInstanceUID === study),
  history: async (study) => (study === "1.1" ? [{ event: "arrived", at: NOW.getTime() - 90_000 }] : undefined),
  opened: async () => [],
  waitingLongest: async () => [],
  take: async () => undefined,
  release: async () => undefined,
  complete: async () => undefined,
  reopen: async () => undefined,
  pin: async () => undefined,
  unpin: async () => undefined,
  disagree: async () => undefined,
  withdrawVerdict: async () => undefined,
};

const VIEWER_URL = "https://pacs/view?study={StudyInstanceUID}";
const pagesOf = (list: Pick<ReadingList, "lines" | "doneLines">) =>
  new ListPages({ list, headStarts: HeadStarts.parse("240,north=120"), viewerUrl: VIEWER_URL, now: () => NOW });

async function app(changes: Partial<AppDependencies> = {}) {
  return buildApp({
    list: LIST,
    ups: UPS,
    findings: { get: async (study) => (study === "1.1" ? FINDING : undefined) },
    spool: {
      readPreview: async (_study, instance) => {
        if (instance !== "1.1.2") throw new SpoolError("NOT_FOUND", "no");
        return Buffer.from("P5 1 1 255\n~");
      },
    },
    patients: {
      lookUp: async () => ({
        pacs: "answers",
        studies: new Map([
          [
            "1.1",
            {
              patientName: "Doe, Jane",
              patientID: "P1",
              patientBirthDate: null,
              patientSex: "F",
              accessionNumber: null,
              studyDescription: null,
            },
          ],
        ]),
      }),
    },
    events: new EventStream(),
    pages: pagesOf(LIST),
    viewerUrl: VIEWER_URL,
    access: accessFor(KNOWN),
    transport: Transport.clear,
    sessionKey: async () => new Uint8Array(32),
    secureCookie: false,
    audit: NO_AUDIT,
    pacsName: "pacs:8042",
    now: () => NOW,
    board: { queues: [], counted: (_tally, work) => work() },
    checks: {},
    logger: { error: () => undefined },
    ...changes,
  });
}

const bearer = { authorization: `Bearer ${TOKEN}` };

describe("the reading list as JSON", () => {
  test("holds each study's place, times, finding in short and report, and nobody's name", async () => {
    const response = await (await app()).inject({ url: "/reading-list", headers: bearer });
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers["cache-control"], "no-store");
    assert.deepEqual(response.json(), {
      asOf: "2026-03-01T10:00:00.000Z",
      headStartMinutes: 240,
      siteHeadStartMinutes: { north: 120 },
      hasViewer: true,
      counts: { toRead: 2, flagged: 1, beingRead: 1, done: 3, oldestArrival: "2026-03-01T09:59:30.000Z" },
      total: 2,
      offset: 0,
      workitems: [
        {
          position: 1,
          studyInstanceUID: "1.1",
          arrivedAt: "2026-03-01T09:58:30.000Z",
          waitingSeconds: 90,
          lane: "live",
          state: "IN PROGRESS",
          takenBy: "token:anna",
          takenAt: "2026-03-01T09:59:50.000Z",
          ended: null,
          priority: "HIGH",
          pin: { by: "token:anna", at: "2026-03-01T09:59:40.000Z", why: "theatre waits" },
          verdict: {
            by: "token:anna",
            at: "2026-03-01T09:59:55.000Z",
            verdict: "no-fracture",
            comment: "a vessel",
            revision: 2,
          },
          report: { state: "failed", code: "PACS_UNREACHABLE", retrying: true, text: "the PACS does not answer" },
          viewerUrl: "https://pacs/view?study=1.1",
          outcome: "fracture",
          probability: 0.9,
          reason: null,
          revision: 2,
          analysedAt: "2026-03-01T10:00:00.000Z",
          cutOff: 0.45,
          inconclusiveBand: { low: 0.4, high: 0.5 },
          model: { name: "example", version: "0.1.0", intendedUse: "demonstration" },
          images: { analysed: 2, passedOver: 1 },
          tellingInstance: { sopInstanceUID: "1.1.2", laterality: "R" },
        },
        {
          position: 2,
          studyInstanceUID: "1.2",
          arrivedAt: "2026-03-01T09:59:30.000Z",
          waitingSeconds: 30,
          lane: "live",
          state: "SCHEDULED",
          takenBy: null,
          takenAt: null,
          ended: null,
          priority: "MEDIUM",
          pin: null,
          verdict: null,
          report: { state: "pending" },
          viewerUrl: "https://pacs/view?study=1.2",
          outcome: null,
        },
      ],
    });
  });

  test("comes in pages, whose places go on", async () => {
    const { workitems, offset, total } = (
      await (await app()).inject({ url: "/reading-list?offset=1&limit=1", headers: bearer })
    ).json();
    assert.deepEqual([offset, total, workitems.map((one: { position: number }) => one.position)], [1, 2, [2]]);
    const wrong = await (await app()).inject({ url: "/reading-list?limit=0", headers: bearer });
    assert.deepEqual([wrong.statusCode, wrong.json().code], [400, "BAD_REQUEST"]);
  });

  test("a Redis that does not answer is told as such", async () => {
    const pages = pagesOf({ ...LIST, lines: () => Promise.reject(new Error("Command timed out")) });
    const response = await (await app({ pages })).inject({ url: "/reading-list", headers: bearer });
    assert.deepEqual([response.statusCode, response.json().code], [503, "STORE_AWAY"]);
    assert.equal(response.headers["retry-after"], "2");
  });

  test("another failure tells nothing of itself", async () => {
    const pages = pagesOf({ ...LIST, lines: () => Promise.reject(new Error("Doe^Jane")) });
    const response = await (await app({ pages })).inject({ url: "/reading-list", headers: bearer });
    assert.equal(response.statusCode, 500);
    assert.ok(!response.body.includes("Doe"));
  });
});

test("a study's detail has each instance with its map or its reason", async () => {
  const response = await (await app()).inject({ url: "/studies/1.1", headers: bearer });
  const { instances, model: identity } = response.json().finding;
  assert.deepEqual(identity, model);
  assert.deepEqual(instances[2], {
    sopInstanceUID: "1.1.3",
    analysed: false,
    reason: { code: "NOT_LATERAL", text: "not a lateral view" },
  });
  assert.deepEqual([instances[1].logit, instances[1].activationMap[63]], [2, 0.3333]);
  assert.equal((await (await app()).inject({ url: "/studies/1.2", headers: bearer })).json().finding, null);
  assert.equal((await (await app()).inject({ url: "/studies/1.9", headers: bearer })).statusCode, 404);
});

test("the effect of the order is that since midnight here", async () => {
  const midnight = new Date(2026, 2, 1).getTime();
  const list = {
    ...LIST,
    opened: async (sinceMs: number) => {
      assert.equal(sinceMs, midnight);
      const opening = { lane: "live", pinned: false } as const;
      const at = (minutes: number) => midnight + 60_000 * minutes;
      return [
        { ...opening, studyInstanceUID: "1.2", arrivedAt: at(10), openedAt: at(20), priority: "HIGH" as const },
        { ...opening, studyInstanceUID: "1.1", arrivedAt: at(5), openedAt: at(40), priority: "MEDIUM" as const },
      ];
    },
    waitingLongest: async () => [{ studyInstanceUID: "1.3", arrivedAt: midnight, priority: "MEDIUM" as const }],
  };
  const now = () => new Date(midnight + 60_000 * 100);
  const response = await (await app({ list, now })).inject({ url: "/reading-list/effect", headers: bearer });
  assert.equal(response.headers["cache-control"], "no-store");
  assert.deepEqual(response.json(), {
    since: new Date(midnight).toISOString(),
    asOf: now().toISOString(),
    studies: 3,
    byClass: {
      flagged: { studies: 1, minutesWonMean: 80, minutesWonTotal: 80, minutesWonMax: 80, minutesLostMax: 0 },
      notFlagged: { studies: 2, minutesWonMean: -40, minutesWonTotal: -80, minutesWonMax: 0, minutesLostMax: 80 },
    },
    leftOut: { pinned: 0, backlog: 0 },
  });
});

test("a study's history has its times as they go out", async () => {
  const response = await (await app()).inject({ url: "/studies/1.1/history", headers: bearer });
  assert.deepEqual(response.json().events, [{ event: "arrived", at: "2026-03-01T09:58:30.000Z" }]);
  const none = await (await app()).inject({ url: "/studies/1.9/history", headers: bearer });
  assert.deepEqual([none.statusCode, none.json().code], [404, "STUDY_UNKNOWN"]);
});

test("a preview is a PNG, or a coded nothing", async () => {
  const get = async (url: string) => (await app()).inject({ url, headers: bearer });
  const found = await get("/studies/1.1/instances/1.1.2/preview");
  assert.deepEqual([found.statusCode, found.headers["content-type"]], [200, "image/png"]);
  assert.deepEqual([...decode(found.rawPayload).data], ["~".charCodeAt(0)]);
  assert.equal((await get("/studies/1.1/instances/1.1.1/preview")).json().code, "NO_PREVIEW");
  assert.equal((await get("/studies/1.1/instances/..%2F..%2Fetc/preview")).statusCode, 400);
});

test("names are told by study, with a link to the viewer", async () => {
  const response = await (await app()).inject({ url: "/patients?study=1.1&study=1.2", headers: bearer });
  const { pacs, studies } = response.json();
  assert.equal(pacs, "answers");
  assert.deepEqual(
    studies.map((one: Record<string, string>) => [one.studyInstanceUID, one.patientName, one.viewerUrl]),
    [["1.1", "Doe, Jane", "https://pacs/view?study=1.1"]],
  );
  assert.equal(response.headers["cache-control"], "no-store");
});

describe("access", () => {
  const guarded = [
    "/reading-list",
    "/reading-list/events",
    "/reading-list/effect",
    "/studies/1.1",
    "/studies/1.1/history",
    "/studies/1.1/instances/1.1.2/preview",
    "/patients?study=1.1",
  ];

  test("all that concerns studies needs a token", async () => {
    for (const url of guarded) {
      const none = await (await app()).inject({ url });
      assert.deepEqual([none.statusCode, none.json().code], [401, "UNAUTHORIZED"], url);
      const wrong = await (await app()).inject({ url, headers: { authorization: "Bearer another-token-of-length" } });
      assert.equal(wrong.statusCode, 401, url);
    }
  });

  test("what changes the list needs the scope work, and no page of another origin may do it", async () => {
    const readers = "a-token-of-somebody-who-reads";
    const service = await app({
      access: accessFor([...KNOWN, staticTokenEntry({ name: "anna", scopes: ["read", "work"] }, readers)]),
    });
    const acts = [
      ["POST", "take"],
      ["POST", "release"],
      ["POST", "complete"],
      ["POST", "reopen"],
      ["POST", "pin"],
      ["DELETE", "pin"],
      ["POST", "verdict"],
      ["DELETE", "verdict"],
    ] as const;
    for (const [method, act] of acts) {
      const url = `/studies/1.1/${act}`;
      const payload = act === "verdict" ? { verdict: "fracture" } : { why: "in pain" };
      assert.equal((await service.inject({ method, url, payload })).json().code, "UNAUTHORIZED", act);
      assert.equal((await service.inject({ method, url, payload, headers: bearer })).json().code, "FORBIDDEN", act);
      const headers = { authorization: `Bearer ${readers}`, host: "list.example" };
      const done = await service.inject({
        method,
        url,
        payload,
        headers: { ...headers, origin: "https://list.example" },
      });
      assert.deepEqual([done.statusCode, done.json().studyInstanceUID], [200, "1.1"], act);
      for (const origin of ["https://other.example", "null"]) {
        const foreign = await service.inject({ method, url, payload, headers: { ...headers, origin } });
        assert.deepEqual([foreign.statusCode, foreign.json().code], [403, "WRONG_ORIGIN"], act);
      }
    }
  });

  test("the Worklist Service has the same guards: read to look, work to change, and no page of another origin", async () => {
    const service = await app();
    const looks = [
      ["OPTIONS", "/ups-rs/"],
      ["GET", "/ups-rs/workitems"],
      ["GET", "/ups-rs/workitems/1.2"],
      ["GET", "/ups-rs/subscribers/AE"],
    ] as const;
    const acts = [
      ["POST", "/ups-rs/workitems"],
      ["POST", "/ups-rs/workitems/1.2"],
      ["PUT", "/ups-rs/workitems/1.2/state"],
      ["POST", "/ups-rs/workitems/1.2/cancelrequest"],
      ["POST", "/ups-rs/workitems/1.2/subscribers/AE"],
      ["DELETE", "/ups-rs/workitems/1.2/subscribers/AE"],
      ["POST", "/ups-rs/workitems/1.2/subscribers/AE/suspend"],
    ] as const;
    for (const [method, url] of [...looks, ...acts]) {
      assert.equal((await service.inject({ method, url })).statusCode, 401, url);
      const sender = await service.inject({ method, url, headers: { authorization: `Bearer ${SENDER}` } });
      assert.deepEqual([sender.statusCode, sender.json().code], [403, "FORBIDDEN"], url);
      const foreign = await service.inject({ method, url, headers: { ...bearer, origin: "https://other.example" } });
      assert.deepEqual([foreign.statusCode, foreign.json().code], [403, "WRONG_ORIGIN"], url);
    }
    for (const [method, url] of acts) {
      assert.equal((await service.inject({ method, url, headers: bearer })).json().code, "FORBIDDEN", url);
    }
    assert.equal((await service.inject({ method: "OPTIONS", url: "/ups-rs/", headers: bearer })).statusCode, 200);
  });

  test("the page's own files and the health checks are open", async () => {
    for (const url of ["/", "/page.js", "/page.css", "/favicon.svg", "/health/live", "/health/ready"]) {
      assert.equal((await (await app()).inject({ url })).statusCode, 200, url);
    }
    assert.equal((await (await app()).inject({ url: "/../package.json" })).statusCode, 404);
    assert.equal((await (await app()).inject({ url: "/none" })).json().code, "NOT_FOUND");
  });

  test("a token opens a session, whose cookie is as good, until it is closed", async () => {
    const service = await app();
    const refused = await service.inject({ method: "POST", url: "/session", payload: { token: "nonsense" } });
    assert.deepEqual([refused.statusCode, refused.json().code], [401, "TOKEN_UNKNOWN"]);
    const opened = await service.inject({ method: "POST", url: "/session", payload: { token: TOKEN } });
    assert.equal(opened.statusCode, 204);
    const cookie = String(opened.headers["set-cookie"]).split(";")[0] ?? "";
    assert.equal((await service.inject({ url: "/reading-list", headers: { cookie } })).statusCode, 200);
    assert.deepEqual((await service.inject({ url: "/session", headers: { cookie } })).json(), {
      open: true,
      name: "token:reading-room",
      scopes: ["read"],
    });
    const none = { open: false, name: null, scopes: [] };
    assert.deepEqual((await service.inject({ url: "/session" })).json(), none);
    const closed = await service.inject({ method: "DELETE", url: "/session" });
    assert.match(String(closed.headers["set-cookie"]), /^redspot-session=; .*Max-Age=0/);
  });

  test("a token that may not read opens nothing", async () => {
    const service = await app();
    for (const url of guarded) {
      const response = await service.inject({ url, headers: { authorization: `Bearer ${SENDER}` } });
      assert.deepEqual([response.statusCode, response.json().code], [403, "FORBIDDEN"], url);
    }
    const session = await service.inject({ method: "POST", url: "/session", payload: { token: SENDER } });
    assert.deepEqual([session.statusCode, session.json().code], [403, "TOKEN_MAY_NOT_READ"]);
    assert.equal(session.headers["set-cookie"], undefined);
  });

  test("a session ends with the token that opened it", async () => {
    const opened = await (await app()).inject({ method: "POST", url: "/session", payload: { token: TOKEN } });
    const cookie = String(opened.headers["set-cookie"]).split(";")[0] ?? "";
    const without = await app({ access: accessFor(KNOWN.slice(1)) });
    assert.equal((await without.inject({ url: "/reading-list", headers: { cookie } })).statusCode, 401);
    assert.deepEqual((await without.inject({ url: "/session", headers: { cookie } })).json().open, false);
  });

  test("a session whose key Redis cannot tell is not taken for a wrong one", async () => {
    const service = await app({ sessionKey: () => Promise.reject(new Error("Command timed out")) });
    const cookie = "redspot-session=any";
    const response = await service.inject({ url: "/reading-list", headers: { cookie } });
    assert.deepEqual([response.statusCode, response.json().code], [503, "STORE_AWAY"]);
  });

  test("without tokens the service answers to the names of this machine only", async () => {
    const service = await app({ access: accessFor([]) });
    for (const host of ["localhost:8092", "127.0.0.1", "[::1]:8092"]) {
      assert.equal((await service.inject({ url: "/reading-list", headers: { host } })).statusCode, 200, host);
    }
    for (const host of ["rebound.example:8092", "localhost.example", "10.0.0.1"]) {
      const response = await service.inject({ url: "/reading-list", headers: { host } });
      assert.deepEqual([response.statusCode, response.json().code], [403, "WRONG_HOST"], host);
    }
  });

  test("every answer forbids what the page does not need", async () => {
    for (const url of ["/", "/reading-list", "/health/live", "/none"]) {
      const { headers } = await (await app()).inject({ url });
      assert.match(String(headers["content-security-policy"]), /default-src 'none'; script-src 'self'/, url);
      assert.equal(headers["x-content-type-options"], "nosniff", url);
    }
  });
});
