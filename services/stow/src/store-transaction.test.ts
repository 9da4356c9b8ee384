import assert from "node:assert/strict";
import { utimes } from "node:fs/promises";
import { describe, test } from "node:test";
import type { AuditedAct } from "@redspot/audit";
import { TransferSyntax } from "@redspot/dicom";
import { parseStoreResponse } from "@redspot/dicomweb";
import { StudyQueue } from "@redspot/queue";
import { Metrics } from "@redspot/runtime";
import { type FileSpool, SpoolError } from "@redspot/spool";
import { waitUntil } from "@redspot/testbed";
import { definitions } from "./metrics.ts";
import { CR, crFile, multipart, sopInstanceUIDOf, studyInstanceUIDOf } from "./test-instances.ts";
import { outcome, post, reason, TestService, uids } from "./test-service.ts";

const SR = "1.2.840.10008.5.1.4.1.1.88.34";
const service = new TestService();

describe("a Store transaction", () => {
  test("stores instances, notes them and sees to the settling of their studies", async () => {
    const address = await service.serve();
    const files = [crFile({ study: "a", name: "1" }), crFile({ study: "a", name: "2" }), crFile({ study: "b" })];
    const stored = [...uids("a", "1", "2"), ...uids("b", "1")].sort();
    assert.deepEqual(await outcome(await post(address, multipart(files))), [200, stored, {}]);

    for (const [file, study, name] of [
      [files[0], "a", "1"],
      [files[2], "b", "1"],
    ] as const) {
      const kept = await service.spool.read(studyInstanceUIDOf(study), sopInstanceUIDOf(study, name));
      assert.ok(Buffer.from(file!).equals(kept));
    }
    assert.deepEqual(Object.keys(await service.notes("a")).sort(), uids("a", "1", "2"));
    const note = JSON.parse((await service.notes("a"))[sopInstanceUIDOf("a", "1")]!);
    assert.equal(note.sopClassUID, CR);
    assert.equal(note.isImage, true);
    assert.equal(note.bytes, files[0]!.byteLength);
    assert.equal(await service.settlingJobs("a"), 1);
    assert.equal(await service.settlingJobs("b"), 1);
  });

  test("sees to the settling of each study's revision once in a request, whatever number of instances it has", async () => {
    const queue = new StudyQueue(service.store, "settling");
    const added: string[] = [];
    const settling: Pick<StudyQueue, "add"> = {
      add: async (job, delayMs) => {
        added.push(`${job.studyInstanceUID} ${job.revision}`);
        await queue.add(job, delayMs);
      },
    };
    const address = await service.serve({ settling });
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    const files = names.flatMap((name) => [crFile({ study: "many", name }), crFile({ study: "more", name })]);
    const [status, stored] = await outcome(await post(address, multipart(files)));
    assert.deepEqual([status, stored.length], [200, 24]);
    assert.deepEqual(added.sort(), [`${studyInstanceUIDOf("many")} 1`, `${studyInstanceUIDOf("more")} 1`].sort());
    assert.equal(await service.settlingJobs("many"), 1);
    assert.equal(await service.settlingJobs("more"), 1);
    await post(address, multipart([crFile({ study: "many", name: "0" })]));
    assert.equal(added.length, 3, "a request of its own asks anew");
    await queue.close();
  });

  test("answers a repetition as it answered the first time, and does nothing else", async () => {
    const address = await service.serve();
    const body = multipart([crFile({ study: "again" })]);
    const first = await outcome(await post(address, body));
    const all = await Promise.all(Array.from({ length: 8 }, async () => outcome(await post(address, body))));
    assert.deepEqual(first, [200, uids("again", "1"), {}]);
    for (const one of all) assert.deepEqual(one, first);
    assert.equal(await service.settlingJobs("again"), 1);
    assert.deepEqual(await service.spool.list(studyInstanceUIDOf("again")), uids("again", "1"));
  });

  test("keeps what was first under a SOP Instance UID", async () => {
    const address = await service.serve();
    const first = crFile({ study: "conflict" });
    await post(address, multipart([first]));
    const other = crFile({ study: "conflict" }, { PixelData: new Uint8Array(64).fill(1) });
    const [uid = ""] = uids("conflict", "1");
    assert.deepEqual(await outcome(await post(address, multipart([other]))), [
      409,
      [],
      { [uid]: [reason("CONFLICT")] },
    ]);
    assert.ok(Buffer.from(first).equals(await service.spool.read(studyInstanceUIDOf("conflict"), uid)));
  });

  test("takes a study whose senders race with each other as one revision", async () => {
    const address = await service.serve();
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    const bodies = [0, 1, 2].flatMap(() => names.map((name) => multipart([crFile({ study: "race", name })])));
    const statuses = await Promise.all(bodies.map(async (body) => (await post(address, body)).status));
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.equal(await service.settlingJobs("race"), 1);
    assert.equal(Object.keys(await service.notes("race")).length, 12);
  });

  test("takes documents too, and notes that they are no images", async () => {
    const address = await service.serve();
    const file = crFile({ study: "report" }, { SOPClassUID: SR, PixelData: undefined });
    assert.deepEqual(await outcome(await post(address, multipart([file]))), [200, uids("report", "1"), {}]);
    assert.equal(JSON.parse((await service.notes("report"))[sopInstanceUIDOf("report", "1")]!).isImage, false);
  });

  test("stores an image without pixel data, with a warning", async () => {
    const address = await service.serve();
    const response = await post(address, multipart([crFile({ study: "warned" }, { PixelData: undefined })]));
    assert.equal(response.status, 202);
    const { stored, failed } = parseStoreResponse(await response.text());
    assert.deepEqual(failed, []);
    assert.deepEqual(stored, [
      { sopClassUID: CR, sopInstanceUID: sopInstanceUIDOf("warned", "1"), warningReason: 0xb007 },
    ]);
  });

  test("takes encapsulated pixel data, and a part whose header says another transfer syntax: the file counts", async () => {
    const address = await service.serve();
    const fragments = { PixelData: [new Uint8Array(0), new Uint8Array(10)] };
    const file = crFile({ study: "rle" }, fragments, TransferSyntax.RLELossless);
    const header = "Content-Type: application/dicom; transfer-syntax=1.2.840.10008.1.2\r\n\r\n";
    const part = header + Buffer.from(file).toString("latin1");
    const body = Buffer.concat([Buffer.from(`--b\r\n${part}`, "latin1"), Buffer.from("\r\n--b--")]);
    assert.deepEqual(await outcome(await post(address, body)), [200, uids("rle", "1"), {}]);
  });
});

describe("when something is away", () => {
  test("a door that is closed answers 503 and when to come again, without reading the body", async () => {
    const metrics = new Metrics("test", definitions);
    const address = await service.serve({ door: { isOpen: false, retryAfterSeconds: 77 }, metrics });
    const response = await post(address, multipart([crFile({ study: "behind" })]));
    assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "77"]);
    assert.equal(((await response.json()) as { code: string }).code, "BEHIND");
    assert.match(await metrics.text(), /^redspot_store_refusals_total\{code="BEHIND"\} 1$/m);
    assert.deepEqual(await service.spool.list(studyInstanceUIDOf("behind")), []);
  });

  test("a transfer is audited before its sender is answered; where that fails it is asked to come again, and may", async () => {
    const audited: AuditedAct[] = [];
    let isAway = true;
    const record = async (act: AuditedAct) => {
      if (isAway) throw new Error("away");
      audited.push(act);
    };
    const address = await service.serve({ audit: { record } });
    const body = multipart([crFile({ study: "audited" })]);
    const refused = await post(address, body);
    assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [503, "AUDIT_AWAY"]);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    isAway = false;
    assert.equal((await post(address, body)).status, 200);
    assert.equal((await post(address, multipart([crFile({ study: "audited" }, { Rows: 3 })]))).status, 409);
    const study = studyInstanceUIDOf("audited");
    assert.deepEqual(
      audited.map((one) => one.kind === "receive" && [one.study, one.by, one.held, one.outcome, one.code]),
      [
        [study, "token:pacs", true, 0, undefined],
        [study, "token:pacs", false, 4, "CONFLICT"],
      ],
    );
  });

  test("an instance that the spool has and Redis has forgotten waits from when it came", async () => {
    const address = await service.serve();
    const body = multipart([crFile({ study: "forgotten" })]);
    await post(address, body);
    const path = service.spool.pathOf(studyInstanceUIDOf("forgotten"), sopInstanceUIDOf("forgotten", "1"));
    const cameAt = new Date(Date.now() - 3_600_000);
    await utimes(path, cameAt, cameAt);
    await service.store.redis.flushdb();
    assert.equal((await post(address, body)).status, 200);
    const key = `${service.store.prefix}:study:${studyInstanceUIDOf("forgotten")}`;
    assert.equal(await service.store.redis.hget(key, "arrivedAt"), String(cameAt.getTime()));
  });

  test("a full spool fails the instance as out of resources, to be sent again", async () => {
    const address = await service.serve({ spool: fullSpool });
    const response = await post(address, multipart([crFile({ study: "full" })]));
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const failed = { [sopInstanceUIDOf("full", "1")]: [reason("SPOOL_FULL")] };
    assert.deepEqual(await outcome(response), [503, [], failed]);
  });

  test("a spool that fails in another way fails the instance too, to be sent again", async () => {
    const failure = new SpoolError("IO_FAILURE", "the disk is broken");
    const broken = { room: async () => Infinity, receive: () => Promise.reject(failure) } as unknown as FileSpool;
    const response = await post(await service.serve({ spool: broken }), multipart([crFile({ study: "broken" })]));
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const failed = { [sopInstanceUIDOf("broken", "1")]: [reason("SPOOL_FAILED")] };
    assert.deepEqual(await outcome(response), [503, [], failed]);
  });

  test("without Redis nothing is acknowledged; once it is back, the same is sent again and noted", async () => {
    const address = await service.serve();
    const body = multipart([crFile({ study: "redis" }), crFile({ study: "redis", name: "2" })]);
    await service.redis.stop();
    const response = await post(address, body);
    assert.ok(Number(response.headers.get("retry-after")) > 0);
    const [one = "", two = ""] = uids("redis", "1", "2");
    const failed = { [one]: [reason("LEDGER_AWAY")], [two]: [reason("LEDGER_AWAY")] };
    assert.deepEqual(await outcome(response), [503, [], failed]);
    assert.equal((await fetch(`${address}/health/ready`)).status, 503);

    await service.startRedis();
    await waitUntil(async () => (await fetch(`${address}/health/ready`)).ok, { what: "stow is ready" });
    assert.deepEqual(await outcome(await post(address, body)), [200, [one, two].sort(), {}]);
    assert.deepEqual(Object.keys(await service.notes("redis")).sort(), [one, two].sort());
    assert.equal(await service.settlingJobs("redis"), 1);
  });

  test("an instance that was stored but not noted is noted when it comes again", async () => {
    const file = crFile({ study: "not noted" });
    const incoming = await service.spool.receive();
    await incoming.write(file);
    const studyInstanceUID = studyInstanceUIDOf("not noted");
    await incoming.commit({ studyInstanceUID, sopInstanceUID: sopInstanceUIDOf("not noted", "1") });
    const address = await service.serve();
    assert.equal((await post(address, multipart([file]))).status, 200);
    assert.equal(await service.settlingJobs("not noted"), 1);
  });

  test("a fault of the service is answered 500 and logged, without what caused it being told", async () => {
    const broken = {
      room: async () => Number.POSITIVE_INFINITY,
      receive: () => Promise.reject(new TypeError("broken inside")),
    } as unknown as FileSpool;
    const address = await service.serve({ spool: broken });
    const response = await post(address, multipart([crFile({ study: "fault" })]));
    assert.equal(response.status, 500);
    const told = await response.text();
    assert.equal(JSON.parse(told).code, "INTERNAL");
    assert.doesNotMatch(told, /broken inside/);
    assert.ok(service.logLines.some((line) => JSON.parse(line).level === "error" && line.includes("broken inside")));
  });
});

/** A spool without room for anything. */
const fullSpool = {
  room: async () => Number.POSITIVE_INFINITY,
  receive: () => Promise.reject(new SpoolError("NO_SPACE", "no space left in the spool (ENOSPC)")),
} as unknown as FileSpool;
