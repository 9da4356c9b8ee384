import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PermanentFailure, QUEUE_NAMES, StudyQueue, workOn } from "@redspot/queue";
import { freePort, type RunningRedis, startRedis } from "@redspot/testbed";
import { noBrowser, openBrowser } from "./browser.ts";
import { openReadingRoom, type Person } from "./reading-room.ts";

const STUDY = "1.2.826.0.1.3680043.8.498.9.1";
const READER: Person = { name: "dr-lee", token: "a-token-of-dr-lee", scopes: ["read", "work"] };
const OPERATOR: Person = { name: "it-operations", token: "a-token-of-it-operations", scopes: ["read", "admin"] };
const as = ({ token }: Person) => ({ authorization: `Bearer ${token}` });

let redis: RunningRedis;
let room: Awaited<ReturnType<typeof openReadingRoom>>;
let triage: StudyQueue;

before(async () => {
  redis = await startRedis();
  const pacsUrl = `http://127.0.0.1:${await freePort()}`;
  room = await openReadingRoom({ redisUrl: redis.url, pacsUrl, people: [READER, OPERATOR] });
  await room.open();
  triage = new StudyQueue(room.store, "triage");
  await giveUp();
});
after(async () => {
  await triage.close();
  await room.close();
  await redis.stop();
});

/** Makes the study's analysis a dead letter. */
async function giveUp(): Promise<void> {
  await triage.add({ studyInstanceUID: STUDY, revision: 1 });
  const fail = () => Promise.reject(new PermanentFailure("about Doe^Jane"));
  const worker = workOn(room.store, "triage", fail, { concurrency: 1, onError: () => {} });
  while ((await triage.depth()).failed === 0) await new Promise((resolve) => setImmediate(resolve));
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
});
