/** Findings told to a RIS by HL7 over MLLP with TLS: a real worklist service, Redis and PACS, and a RIS that misbehaves. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DeadLetters, StudyQueue } from "@redspot/queue";
import {
  acknowledge,
  certificateAuthority,
  freePort,
  type MllpAnswer,
  type MllpReceiver,
  type RunningOrthanc,
  type RunningRedis,
  startMllpReceiver,
  startOrthanc,
  startRedis,
  waitUntil,
} from "@redspot/testbed";
import { imageUid, openReadingRoom, type StudyPlan } from "./reading-room.ts";

type Way = "accepts" | "fails once" | "is silent once" | "answers nonsense once" | "resets once" | "refuses";
const WAYS: readonly Way[] = [
  "accepts",
  "fails once",
  "is silent once",
  "answers nonsense once",
  "resets once",
  "refuses",
];
const planOf = (way: Way, more: Partial<StudyPlan> = {}): StudyPlan => ({
  studyInstanceUID: `1.2.826.0.1.3680043.8.498.77.${WAYS.indexOf(way) + 1}`,
  probability: 0.9,
  laterality: "R",
  intendedUse: "clinical",
  header: {
    PatientName: "Müller^Jürgen=山田^太郎",
    PatientID: "P|1",
    AccessionNumber: `ACC-${WAYS.indexOf(way)}`,
  },
  ...more,
});

const segments = (message: string, name: string) =>
  message
    .split("\r")
    .filter((line) => line.startsWith(`${name}|`))
    .map((line) => line.split("|"));
const controlIdOf = (message: string) => segments(message, "MSH")[0]?.[9];
const wayOf = (message: string) => WAYS[Number(/ACC-(\d)/.exec(message)?.[1])]!;

describe("announcements", () => {
  let redis: RunningRedis;
  let pacs: RunningOrthanc;
  let ris: MllpReceiver | undefined;
  let room: Awaited<ReturnType<typeof openReadingRoom>>;
  let start: () => Promise<MllpReceiver>;
  /** What the RIS has accepted. */
  const accepted: string[] = [];

  before(async () => {
    const authority = await certificateAuthority("Hospital");
    const [server, client] = await Promise.all([
      authority.issue({ commonName: "ris", names: [{ type: "dns", value: "localhost" }] }),
      authority.issue({ commonName: "redspot" }),
    ]);
    const port = await freePort();
    start = () =>
      startMllpReceiver({
        port,
        answer: misbehave,
        tls: { cert: server.certificate, key: server.key, ca: authority.certificate },
      });
    [redis, pacs] = await Promise.all([startRedis(), startOrthanc()]);
    const environment: Record<string, string> = {
      REDSPOT_HL7_URL: `mllps://localhost:${port}`,
      REDSPOT_HL7_ANSWER_SECONDS: "1",
      REDSPOT_HL7_RECEIVING_APPLICATION: "RIS",
    };
    room = await openReadingRoom({ redisUrl: redis.url, pacsUrl: pacs.dicomWebUrl, environment });
    for (const [name, content] of [
      ["CA", authority.certificate],
      ["CERTIFICATE", client.certificate],
      ["KEY", client.key],
    ] as const) {
      const file = join(room.folder, `${name}.pem`);
      writeFileSync(file, content);
      room.tell({ [`REDSPOT_HL7_${name}`]: file });
    }
    for (const way of WAYS) await room.arrive(planOf(way));
    await room.open();
  });

  after(async () => {
    await room?.close();
    await ris?.close();
    await pacs?.stop();
    await redis?.stop();
  });

  function misbehave(message: string): MllpAnswer {
    const way = wayOf(message);
    const isFirst = ris?.messages.filter((one) => wayOf(one) === way).length === 1;
    if (way === "refuses") return acknowledge(message, "AR", { error: "103", text: "Müller" });
    if (isFirst && way === "fails once") return acknowledge(message, "AE", { error: "207", text: "Müller" });
    if (isFirst && way === "is silent once") return "silence";
    if (isFirst && way === "answers nonsense once") return "MSH|^~\\&|RIS\rZZZ|Müller\r";
    if (isFirst && way === "resets once") return "reset";
    accepted.push(message);
    return acknowledge(message);
  }

  const isDone = (count: number) =>
    waitUntil(() => accepted.length >= count, { what: `${count} messages were accepted`, timeoutSeconds: 60 });

  test("a RIS that is away delays neither the list nor a report; when it is back it is told", async () => {
    for (const way of WAYS) await room.analyse(planOf(way));
    for (const way of WAYS) {
      await waitUntil(async () => (await room.list.get(planOf(way).studyInstanceUID))?.report.state === "stored", {
        what: "the report is stored",
        timeoutSeconds: 30,
      });
    }
    await waitUntil(() => room.log().includes("HL7_UNREACHABLE"), { what: "the RIS was found away" });
    ris = await start();
    await isDone(WAYS.length - 1);
  });

  test("each finding is accepted once, under one control ID however often it was sent", async () => {
    assert.deepEqual(accepted.map(wayOf).sort(), WAYS.filter((way) => way !== "refuses").toSorted());
    for (const way of WAYS) {
      const sent = ris!.messages.filter((one) => wayOf(one) === way);
      assert.equal(new Set(sent.map(controlIdOf)).size, 1, way);
      assert.equal(sent.length, way.endsWith("once") ? 2 : 1, way);
    }
    assert.equal(new Set(accepted.map(controlIdOf)).size, accepted.length);
    const letters = new DeadLetters(room.store);
    const given = await waitUntil(
      async () => {
        const all = await Array.fromAsync(letters.list());
        return all.length > 0 && all;
      },
      { what: "what was refused is a dead letter" },
    );
    await letters.close();
    assert.deepEqual(
      given.map(({ queue, code, studyInstanceUID }) => [queue, code, studyInstanceUID]),
      [["announce", "HL7_REFUSED", planOf("refuses").studyInstanceUID]],
    );
  });

  test("a job that runs again, Redis having forgotten the first time, sends nothing", async () => {
    const before = ris!.messages.length;
    const queue = new StudyQueue(room.store, "announce");
    const job = { studyInstanceUID: planOf("accepts").studyInstanceUID, revision: 1 };
    await queue.forget([job]);
    await queue.add(job);
    await queue.close();
    await waitUntil(() => room.log().includes("already announced"), { what: "it was found to be told already" });
    assert.equal(ris!.messages.length, before);
  });

  test("a later revision corrects, and the patient comes from the PACS where the spool has let go of the study", async () => {
    const plan = planOf("accepts", { revision: 2, probability: 0.05 });
    const image = await room.arrive(plan);
    await room.storeInPacs(image);
    await room.analyse(plan);
    await waitUntil(async () => (await room.list.get(plan.studyInstanceUID))?.finding?.revision === 2, {
      what: "the revision has its finding",
    });
    await isDone(WAYS.length);
    const [first, second] = accepted.filter((one) => wayOf(one) === "accepts");
    assert.notEqual(controlIdOf(first!), controlIdOf(second!));
    assert.deepEqual(
      [first, second].map((one) => segments(one!, "OBR")[0]?.[25]),
      ["P", "C"],
    );
    const presence = (one: string) => segments(one, "OBX").find(([, , , of]) => of?.startsWith("72704001"))?.[5];
    assert.deepEqual(
      [first, second].map((one) => presence(one!)),
      ["52101004^Present^SCT", "272519000^Absent^SCT"],
    );
    // No result is final.
    for (const one of accepted) for (const row of segments(one, "OBX")) assert.match(row[11]!, /^[PO]$/);

    const gone = planOf("accepts", { revision: 3 });
    await room.spool.remove(gone.studyInstanceUID, imageUid(gone));
    for (const revision of [1, 2]) await room.spool.remove(gone.studyInstanceUID, imageUid({ ...gone, revision }));
    await room.analyse(gone);
    await isDone(WAYS.length + 1);
    const third = accepted.at(-1)!;
    // By QIDO-RS this PACS tells a name's alphabetic group alone.
    assert.deepEqual(segments(third, "PID")[0]?.slice(3, 6), ["P\\F\\1^^^^PI", "", "Müller^Jürgen^^^^^^A"]);
    assert.match(third, /NO_SOURCE/, "it says that there is no report, and why");
  });

  test("nothing of the patient is in the log or in a job", async () => {
    assert.ok(accepted.every((one) => one.includes("Müller")));
    assert.doesNotMatch(room.log(), /Müller|Jürgen|山田|P\|1/);
    for (const key of await room.store.redis.keys(`${room.store.prefix}:queue:announce:*`)) {
      if ((await room.store.redis.type(key)) !== "hash") continue;
      assert.doesNotMatch(JSON.stringify(await room.store.redis.hgetall(key)), /Müller|ACC-|P\|1/);
    }
  });
});
