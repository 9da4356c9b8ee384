import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { PermanentFailure, QUEUE_NAMES, StudyQueue, workOn } from "@redspot/queue";
import { freePort, type RunningRedis, startRedis, waitUntil, workFolder } from "@redspot/testbed";
import { noBrowser, openBrowser } from "./browser.ts";
import { openReadingRoom, type Person } from "./reading-room.ts";

const STUDY = "1.2.826.0.1.3680043.8.498.9.1";
const READER: Person = { name: "dr-lee", token: "a-token-of-dr-lee", scopes: ["read", "work"] };
const OPERATOR: Person = { name: "it-operations", token: "a-token-of-it-operations", scopes: ["read", "admin"] };
const folder = workFolder("queue-board");
const auditFile = join(folder.path, "audit.jsonl");
const as = ({ token }: Person) => ({ authorization: `Bearer ${token}` });

let redis: RunningRedis;
let room: Awaited<ReturnType<typeof openReadingRoom>>;
let triage: StudyQueue;

before(async () => {
  redis = await startRedis();
  const pacsUrl = `http://127.0.0.1:${await freePort()}`;
  room = await openReadingRoom({
    redisUrl: redis.url,
    pacsUrl,
    people: [READER, OPERATOR],
    environment: { REDSPOT_AUDIT_TO: `file://${auditFile}` },
  });
  await room.open();
  triage = new StudyQueue(room.store, "triage");
  await giveUp(STUDY);
});
after(async () => {
  await triage.close();
  await room.close();
  await redis.stop();
  folder.remove();
});

/** Makes the analyses of studies dead letters, and of whatever waits beside them. */
async function giveUp(...studies: string[]): Promise<void> {
  for (const studyInstanceUID of studies) await triage.add({ studyInstanceUID, revision: 1 });
  const fail = () => Promise.reject(new PermanentFailure("about Doe^Jane"));
  const worker = workOn(room.store, "triage", fail, { concurrency: 1, onError: () => {} });
  const isDone = ({ waiting, active }: { waiting: number; active: number }) => waiting + active === 0;
  while (!isDone(await triage.depth())) await new Promise((resolve) => setImmediate(resolve));
  await worker.close();
}

const ask = (path: string, init?: RequestInit) => fetch(`${room.url}/admin/queues${path}`, init);

describe("the queues, for operators", () => {
  test("are shown to those whose scope is admin, and to nobody else", async () => {
    assert.equal((await ask("/")).status, 401);
    assert.equal((await ask("/api/queues", { headers: as(READER) })).status, 403);
    assert.equal((await ask("/static/js/none.js", { headers: as(READER) })).status, 403);
    const response = await ask("/api/queues?activeQueue=triage&status=failed&page=1&jobsPerPage=10", {
      headers: as(OPERATOR),
    });
    assert.equal(response.status, 200);
    const text = await response.text();
    const { queues } = JSON.parse(text) as {
      queues: { name: string; counts: Record<string, number>; jobs: { id: string; failedReason: string }[] }[];
    };
    const one = queues.find(({ name }) => name === "triage");
    assert.deepEqual([queues.length, one?.counts.failed, one?.jobs[0]?.id], [QUEUE_NAMES.length, 1, `${STUDY}-r1`]);
    assert.doesNotMatch(text, /Doe/);
  });

  test("nothing in them can be removed, added or paused there, and a foreign page can do nothing", async () => {
    const put = (path: string, headers = {}) => ask(path, { method: "PUT", headers: { ...as(OPERATOR), ...headers } });
    for (const path of ["triage/clean/failed", "triage/empty", "triage/pause", "pause", `triage/${STUDY}-r1/clean`]) {
      assert.equal((await put(`/api/queues/${path}`)).status, 403, path);
    }
    const foreign = await put(`/api/queues/triage/${STUDY}-r1/retry/failed`, { origin: "http://elsewhere.example" });
    assert.equal(foreign.status, 404);
    const retry = await put(`/api/queues/triage/${STUDY}-r1/retry`, { origin: "http://elsewhere.example" });
    assert.deepEqual([retry.status, ((await retry.json()) as { code: string }).code], [403, "WRONG_ORIGIN"]);
    assert.deepEqual(await triage.depth(), { waiting: 0, active: 0, delayed: 0, failed: 1 });
  });

  test("a browser shows them by the page's session, loads nothing from elsewhere, and a dead letter can be tried again", {
    skip: noBrowser,
  }, async () => {
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const elsewhere: string[] = [];
      page.on("response", (response) => {
        if (!response.url().startsWith(room.url) && !response.url().startsWith("data:")) elsewhere.push(response.url());
      });
      const opened = await page.request.post(`${room.url}/session`, { data: { token: OPERATOR.token } });
      assert.equal(opened.status(), 204);
      await page.goto(`${room.url}/admin/queues/queue/triage?status=failed`);
      await page.getByText(`${STUDY}-r1`).first().waitFor();
      assert.deepEqual(elsewhere, []);
      await page.getByRole("button", { name: "Retry all" }).click();
      const done = page.waitForResponse((response) => response.url().endsWith("/retry/failed"), { timeout: 10_000 });
      await page.getByRole("button", { name: /^(confirm|ok|retry)$/i }).click({ timeout: 10_000 });
      assert.equal((await done).status(), 200);
      assert.deepEqual(await triage.depth(), { waiting: 1, active: 0, delayed: 0, failed: 0 });
    } finally {
      await browser.close();
    }
  });

  test("who has dead letters tried again there is audited, with how many truly were", async () => {
    const [one, two, three] = [`${STUDY}.1`, `${STUDY}.2`, `${STUDY}.3`] as const;
    const put = (path: string) => ask(`/api/queues/triage/${path}`, { method: "PUT", headers: as(OPERATOR) });
    await giveUp(one);
    const before = audited().length;
    assert.equal((await put(`${one}-r1/retry`)).status, 204);
    assert.equal((await put(`${one}-r1/retry`)).status, 400, "it waits, and is no dead letter any more");
    assert.equal((await put("empty")).status, 403);
    await giveUp(two, three);
    const { failed } = await triage.depth();
    assert.ok(failed >= 3);
    assert.equal((await put("retry/failed")).status, 200);
    assert.equal((await put("retry/completed")).status, 200);
    await waitUntil(() => audited().length >= before + 2, { what: "both are audited", timeoutSeconds: 30 });
    const told = audited().slice(before);
    assert.deepEqual(
      told.map((xml) => /<ParticipantObjectDetail type="Alert Description" value="([^"]+)"/.exec(xml)?.[1]),
      ["dead-letters retry: 1", `dead-letters retry: ${failed}`].map((text) => Buffer.from(text).toString("base64")),
    );
    for (const xml of told) {
      assert.match(xml, /<EventTypeCode csd-code="110132"/);
      assert.match(
        xml,
        /<ActiveParticipant UserID="[^"]*it-operations" UserIsRequestor="true" NetworkAccessPointID="127.0.0.1"/,
      );
    }
  });
});

/** The messages about what operators did, in the order in which they were delivered. */
function audited(): string[] {
  try {
    const lines = readFileSync(auditFile, "utf8").trim().split("\n");
    const messages = lines.map((line) => (JSON.parse(line) as { xml: string }).xml);
    return messages.filter((xml) => xml.includes('csd-code="110132"'));
  } catch {
    return [];
  }
}
