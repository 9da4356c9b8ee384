import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { dataSetOf, writePart10 } from "@redspot/dicom";
import {
  closeStore,
  connectStore,
  PermanentFailure,
  ReadingList,
  type Store,
  StudyLedger,
  StudyQueue,
  workOn,
} from "@redspot/queue";
import { FileSpool } from "@redspot/spool";
import { freePort, type RunningRedis, startRedis, waitUntil, workFolder } from "@redspot/testbed";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
let redis: RunningRedis;
let store: Store;

before(async () => {
  redis = await startRedis();
  store = connectStore(redis.url);
  const queue = new StudyQueue(store, "report");
  await queue.add({ studyInstanceUID: "1.2.3", revision: 1 });
  await queue.close();
  await giveUp();
});

/** Works on the queue until its job is given up. */
async function giveUp(): Promise<void> {
  const queue = new StudyQueue(store, "report");
  const worker = workOn(store, "report", () => Promise.reject(new PermanentFailure()), {
    concurrency: 1,
    onError: () => {},
  });
  await waitUntil(async () => (await queue.depth()).failed === 1, { what: "the job is given up" });
  await worker.close();
  await queue.close();
}

after(async () => {
  await closeStore(store);
  await redis.stop();
});

interface Ran {
  status: number;
  out: string;
  errors: string;
}

function redspotAdmin(args: string[], url = redis.url, spoolDir = ""): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, ...args],
      { env: { REDSPOT_REDIS_URL: url, REDSPOT_SPOOL_DIR: spoolDir } },
      (error, out, errors) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, errors });
      },
    );
  });
}

describe("redspot-admin", () => {
  test("lists dead letters for people and for programs", async () => {
    const forPeople = await redspotAdmin(["dead-letters", "list"]);
    assert.equal(forPeople.status, 0);
    assert.match(forPeople.out, /REPORT_FAILED .* report\/1\.2\.3-r1\n1 dead letter/);
    const forPrograms = await redspotAdmin(["dead-letters", "list", "--json"]);
    assert.equal(JSON.parse(forPrograms.out).id, "report/1.2.3-r1");
    assert.equal((await redspotAdmin(["dead-letters", "list", "--queue", "triage", "--json"])).out, "");
  });

  test("tells all about one, and what to do", async () => {
    const shown = await redspotAdmin(["dead-letters", "show", "report/1.2.3-r1"]);
    assert.equal(shown.status, 0);
    assert.match(shown.out, /why +REPORT_FAILED: .*\n +to do +Look at the log/);
    const missing = await redspotAdmin(["dead-letters", "show", "report/9.9-r1"]);
    assert.equal(missing.status, 1);
    assert.match(missing.errors, /NOT_FOUND: there is no dead letter report\/9\.9-r1/);
  });

  test("tries again and discards, one or all", async () => {
    const isThere = async () => (await redspotAdmin(["dead-letters", "list", "--json"])).out !== "";
    assert.equal((await redspotAdmin(["dead-letters", "retry"])).status, 2);
    assert.match((await redspotAdmin(["dead-letters", "retry", "report/1.2.3-r1"])).out, /Tried again: report/);
    assert.equal(await isThere(), false);
    await giveUp();
    assert.match((await redspotAdmin(["dead-letters", "retry", "--all", "--rate", "100"])).out, /Tried again: 1 of 1/);
    await giveUp();
    assert.match((await redspotAdmin(["dead-letters", "discard", "--all", "--code", "PACS_BUSY"])).out, /0 of 0/);
    assert.match((await redspotAdmin(["dead-letters", "discard", "--all"])).out, /Discarded: 1 of 1/);
    assert.equal(await isThere(), false);
  });

  test("reconciles spool and Redis, with a dry run, and does nothing the second time", async () => {
    const folder = workFolder("admin-reconcile");
    try {
      const spool = await FileSpool.open(folder.path);
      const incoming = await spool.receive();
      const uids = { StudyInstanceUID: "1.5", SOPInstanceUID: "1.5.1", SOPClassUID: "1.2.840.10008.5.1.4.1.1.1" };
      await incoming.write(writePart10(dataSetOf({ ...uids, PixelData: new Uint8Array(2) })));
      await incoming.commit({ studyInstanceUID: "1.5", sopInstanceUID: "1.5.1" });
      const reconcile = (...args: string[]) => redspotAdmin(["reconcile", ...args], redis.url, folder.path);
      assert.match((await reconcile("--dry-run")).out, /1 studies with 1 instances\.\n +1 {2}instances .*\n.*dry run/);
      const done = JSON.parse((await reconcile("--json")).out);
      assert.deepEqual([done.instancesNoted, done.queued], [1, { settling: 1 }]);
      assert.match((await reconcile()).out, /Nothing is missing/);
      const missing = await redspotAdmin(["reconcile"], redis.url, "/no/such/spool");
      assert.deepEqual([missing.status, /no spool at/.test(missing.errors)], [1, true]);
    } finally {
      folder.remove();
    }
  });

  test("forgets a study that was read, and one that was not only where told so", async () => {
    const folder = workFolder("admin-forget");
    try {
      const spool = await FileSpool.open(folder.path);
      const incoming = await spool.receive();
      await incoming.write(
        writePart10(dataSetOf({ SOPInstanceUID: "1.6.1", SOPClassUID: "1.2", StudyInstanceUID: "1.6" })),
      );
      await incoming.commit({ studyInstanceUID: "1.6", sopInstanceUID: "1.6.1" });
      await redspotAdmin(["reconcile"], redis.url, folder.path);
      const forget = (...args: string[]) => redspotAdmin(["forget", ...args], redis.url, folder.path);
      const refused = await forget("1.6");
      assert.deepEqual([refused.status, /STILL_NEEDED: 1\.6 is still to be read/.test(refused.errors)], [1, true]);
      assert.match((await forget("1.6", "--dry-run")).out, /^1\.6: there are 1 files in the spool; in Redis [1-9]/);
      assert.deepEqual(await spool.list("1.6"), ["1.6.1"]);
      const done = JSON.parse((await forget("1.6", "--unread", "--json")).out);
      assert.deepEqual([done.files, done.jobs], [1, 1]);
      assert.match((await forget("1.6")).out, /nothing is known of it/);
      const reconciled = await redspotAdmin(["reconcile"], redis.url, folder.path);
      assert.match(reconciled.out, /0 studies with 0 instances\.\nNothing is missing/);
      assert.equal((await forget("../1.6")).status, 2);
    } finally {
      folder.remove();
    }
  });

  test("forgets what was completed before a day, and nothing that somebody still has to see to", async () => {
    const folder = workFolder("admin-forget-completed");
    const [list, ledger, queue] = [new ReadingList(store), new StudyLedger(store), new StudyQueue(store, "report")];
    const forget = (...args: string[]) => redspotAdmin(["forget", ...args], redis.url, folder.path);
    try {
      const year = (of: number) => ({ by: "anna", at: Date.UTC(of, 5, 1) });
      for (const study of ["2.1", "2.2", "2.3", "2.4", "2.5"]) {
        const image = { studyInstanceUID: study, sopInstanceUID: `${study}.1`, sopClassUID: "1.2", isImage: true };
        await ledger.noteInstance({ ...image, bytes: 1 });
      }
      for (const study of ["2.1", "2.2", "2.4"]) await list.complete(study, year(2020));
      await list.complete("2.3", year(2022));
      await queue.add({ studyInstanceUID: "2.4", revision: 1 });

      const counted = await forget("--completed-before", "2021-01-01", "--dry-run");
      assert.match(counted.out, /^Of 2 studies that were completed or withdrawn before 2021-01-01: there are 0 files/);
      assert.match(counted.out, /\n1 more are left: they have jobs still/);
      assert.ok(await list.get("2.1"), "a dry run deletes nothing");

      const lines = (await forget("--completed-before", "20210101", "--json")).out.trim().split("\n");
      assert.deepEqual(lines.map((line) => JSON.parse(line).studyInstanceUID).sort(), ["2.1", "2.2"]);
      const known = async (study: string) => (await list.get(study)) !== undefined;
      assert.deepEqual(await Promise.all(["2.1", "2.2", "2.3", "2.4", "2.5"].map(known)), [
        false,
        false,
        true,
        true,
        true,
      ]);
      assert.match((await forget("--completed-before", "2021-01-01")).out, /^Of 0 studies/);

      for (const wrong of [
        [],
        ["2.3", "--completed-before", "2021-01-01"],
        ["--completed-before", "2021-01-01", "--unread"],
        ["--completed-before", "2999-01-01"],
        ["--completed-before", "last year"],
      ]) {
        assert.equal((await forget(...wrong)).status, 2, wrong.join(" "));
      }
      assert.equal(await known("2.3"), true);
    } finally {
      await queue.close();
      folder.remove();
    }
  });

  test("ends with 2 where it was called wrongly or the configuration is wrong, and says how to call it", async () => {
    for (const args of [["dead-letter"], ["dead-letters", "show"], ["dead-letters", "list", "--queue", "none"]]) {
      assert.equal((await redspotAdmin(args)).status, 2, args.join(" "));
    }
    const wrong = await redspotAdmin(["dead-letters", "list"], "http://not-redis");
    assert.equal(wrong.status, 2);
    assert.match(wrong.errors, /REDSPOT_REDIS_URL/);
    const help = await redspotAdmin(["dead-letters", "--help"]);
    assert.equal(help.status, 0);
    assert.match(help.out, /REDSPOT_REDIS_PREFIX/);
  });

  test("says so where Redis is away", async () => {
    const { status, errors } = await redspotAdmin(["dead-letters", "list"], `redis://127.0.0.1:${await freePort()}`);
    assert.equal(status, 1);
    assert.match(errors, /REDIS_AWAY: Redis does not answer \(ECONNREFUSED\)/);
  });
});
