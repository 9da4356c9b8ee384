import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { items, readPart10, text } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { reportUids } from "@redspot/sr";
import {
  findReports,
  freePort,
  type RunningOrthanc,
  type RunningRedis,
  startOrthanc,
  startRedis,
  waitUntil,
} from "@redspot/testbed";
import { openReadingRoom, type StudyPlan, storeInPacs } from "./reading-room.ts";

const study = (number: number) => `1.2.826.0.1.3680043.8.498.8.${number}`;
const header = { PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう", PatientID: "P1", AccessionNumber: "A1" };
const CLEAR: StudyPlan = { studyInstanceUID: study(1), probability: 0.1, header };
const BROKEN: StudyPlan = { studyInstanceUID: study(2), probability: 0.9, header };
const FOREIGN: StudyPlan = { studyInstanceUID: study(3), passedOver: "NOT_LATERAL", header };

describe("reports, between a real Redis and a real PACS", () => {
  let redis: RunningRedis;
  let pacs: RunningOrthanc | undefined;
  let room: Awaited<ReturnType<typeof openReadingRoom>>;
  let httpPort: number;

  before(async () => {
    redis = await startRedis();
    // The PACS is away at first.
    httpPort = await freePort();
    room = await openReadingRoom({ redisUrl: redis.url, pacsUrl: `http://127.0.0.1:${httpPort}/dicom-web` });
    for (const plan of [CLEAR, BROKEN, FOREIGN]) await room.arrive(plan);
    await room.open();
  });

  after(async () => {
    await room?.close();
    await pacs?.stop();
    await redis?.stop();
  });

  const order = async () => (await room.list.page()).map((workitem) => workitem.studyInstanceUID);
  const reportOf = async ({ studyInstanceUID }: StudyPlan) => (await room.list.get(studyInstanceUID))?.report;
  const client = () => new DicomWebClient({ url: pacs?.dicomWebUrl ?? "" });

  test("a PACS that is away delays no fracture: it goes ahead, and the list says that its report does not", async () => {
    assert.deepEqual(await order(), [study(1), study(2), study(3)]);
    for (const plan of [CLEAR, BROKEN, FOREIGN]) await room.analyse(plan);
    await waitUntil(async () => (await order())[0] === study(2), { what: "the fracture is first" });
    const failed = await waitUntil(
      async () => {
        const report = await reportOf(BROKEN);
        return report?.state === "failed" && report;
      },
      { what: "the report's failure is on the list" },
    );
    assert.deepEqual(failed, { state: "failed", code: "PACS_UNREACHABLE", retrying: true });
  });

  test("when the PACS is back each study gets its report, by itself and once", async () => {
    pacs = await startOrthanc({ httpPort });
    for (const plan of [CLEAR, BROKEN, FOREIGN]) await storeInPacs(pacs.dicomWebUrl, plan);
    await waitUntil(
      async () =>
        (await Promise.all([CLEAR, BROKEN, FOREIGN].map(reportOf))).every((report) => report?.state === "stored"),
      { what: "all reports are stored" },
    );
    const found = await findReports(pacs.dicomWebUrl);
    assert.deepEqual(found.map((report) => report.studyInstanceUID).sort(), [study(1), study(2), study(3)]);
    for (const plan of [CLEAR, BROKEN, FOREIGN]) {
      const finding = await room.findings.get(plan.studyInstanceUID, 1);
      assert.ok(finding);
      const uids = reportUids(finding);
      assert.deepEqual(await reportOf(plan), { state: "stored", sopInstanceUID: uids.sopInstanceUID });
      const own = found.find((report) => report.studyInstanceUID === plan.studyInstanceUID);
      assert.deepEqual(own, { studyInstanceUID: plan.studyInstanceUID, ...uids });
    }
  });

  test("what comes back from the PACS is the report, with the patient of the images", async () => {
    const finding = await room.findings.get(BROKEN.studyInstanceUID, 1);
    assert.ok(finding);
    const bytes = await client().retrieveInstance({ studyInstanceUID: study(2), ...reportUids(finding) });
    const { dataSet } = readPart10(bytes);
    const { PatientID, AccessionNumber } = header;
    assert.deepEqual([text(dataSet, "PatientID"), text(dataSet, "AccessionNumber")], [PatientID, AccessionNumber]);
    assert.match(JSON.stringify(dataSet), /山田\^太郎/);
    const evaluations = items(dataSet, "ContentSequence").at(-1);
    const answers = items(evaluations!, "ContentSequence").flatMap((item) => items(item, "ConceptCodeSequence"));
    assert.deepEqual(
      answers.map((answer) => text(answer, "CodeMeaning")),
      ["Present", "Succeeded"],
    );
  });

  test("a late image opens a revision; its report names the one that it supersedes", async () => {
    const late: StudyPlan = { ...BROKEN, revision: 2, probability: 0.2 };
    await room.arrive(late);
    const finding = await room.analyse(late);
    const { sopInstanceUID, seriesInstanceUID } = reportUids(finding);
    await waitUntil(
      async () => {
        const report = await reportOf(late);
        return report?.state === "stored" && report.sopInstanceUID === sopInstanceUID;
      },
      { what: "the second report is stored" },
    );
    assert.deepEqual(await order(), [study(1), study(2), study(3)]);
    const first = await room.findings.get(BROKEN.studyInstanceUID, 1);
    const bytes = await client().retrieveInstance({ studyInstanceUID: study(2), sopInstanceUID, seriesInstanceUID });
    const [predecessor] = items(readPart10(bytes).dataSet, "PredecessorDocumentsSequence");
    assert.ok(JSON.stringify(predecessor).includes(reportUids(first!).sopInstanceUID));
  });

  test("nobody is named in the log", () => {
    assert.match(room.log(), /PACS_UNREACHABLE/);
    assert.doesNotMatch(room.log(), /Yamada|山田|"P1"|"A1"/);
  });
});
