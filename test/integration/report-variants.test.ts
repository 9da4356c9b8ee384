/** Every kind of report and picture, stored into a real PACS and read back; and the service that sends them, as a process. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DataSet, items, readPart10, text, values, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { buildPicture, buildReport, picturesOf, type ReportRequest, reportUids } from "@redspot/sr";
import { REPORTS } from "@redspot/sr/report-variants";
import { reportErrors } from "@redspot/sr/template-checker";
import { dciodvfy, dsrdump, withoutValidators } from "@redspot/sr/validators";
import { type RunningOrthanc, type RunningRedis, startOrthanc, startRedis, waitUntil } from "@redspot/testbed";
import { openReadingRoom, type StudyPlan, storeInPacs } from "./reading-room.ts";

const DEVICE = { manufacturer: "Redspot", modelName: "Redspot", serialNumber: "test" };
const NOW = new Date("2026-03-29T01:30:15.250Z");

describe("in a real PACS", () => {
  let redis: RunningRedis;
  let pacs: RunningOrthanc;
  const client = () => new DicomWebClient({ url: pacs.dicomWebUrl });

  before(async () => {
    [redis, pacs] = await Promise.all([startRedis(), startOrthanc()]);
  });
  after(async () => {
    await pacs?.stop();
    await redis?.stop();
  });

  /** Stores an object, reads it back, and holds what came back to what was sent. */
  async function thereAndBack(dataSet: DataSet): Promise<DataSet> {
    const uid = (keyword: string) => text(dataSet, keyword) ?? assert.fail(keyword);
    const sent = writePart10(dataSet);
    const { stored, failed } = await client().storeInstances([sent]);
    assert.deepEqual(failed, []);
    assert.deepEqual(
      stored.map(({ sopInstanceUID }) => sopInstanceUID),
      [uid("SOPInstanceUID")],
    );
    const bytes = await client().retrieveInstance({
      studyInstanceUID: uid("StudyInstanceUID"),
      seriesInstanceUID: uid("SeriesInstanceUID"),
      sopInstanceUID: uid("SOPInstanceUID"),
    });
    const read = readPart10(bytes);
    assert.deepEqual(read, { ...readPart10(sent), meta: read.meta });
    return read.dataSet;
  }

  for (const [index, [name, variant]] of Object.entries(REPORTS).entries()) {
    test(`${name}: stored, and read back equal`, async () => {
      const request = inAStudyOfItsOwn(variant(), index);
      const { dataSet } = buildReport(request);
      const read = await thereAndBack(dataSet);
      assert.deepEqual(reportErrors(read), []);
      for (const reference of request.pictures ?? []) {
        const seen = { width: 299, height: 299, greys: new Uint8Array(299 * 299).fill(120) };
        const picture = buildPicture(reference, seen, request);
        assert.ok(picture);
        assert.deepEqual(await thereAndBack(picture.dataSet), readPart10(writePart10(picture.dataSet)).dataSet);
      }
    });
  }

  describe("the service as a site may set it", () => {
    const plan: StudyPlan = {
      studyInstanceUID: "1.2.826.0.1.3680043.8.498.30.1",
      probability: 0.9,
      header: { PatientName: "Yamada^Tarou=山田^太郎=やまだ^たろう", PatientID: "P1" },
    };
    let room: Awaited<ReturnType<typeof openReadingRoom>>;

    before(async () => {
      room = await openReadingRoom({
        redisUrl: redis.url,
        pacsUrl: pacs.dicomWebUrl,
        environment: {
          REDSPOT_SR_CLASS: "enhanced",
          REDSPOT_SR_LANGUAGE: "de-DE",
          REDSPOT_SR_ACTIVATION: "secondary-capture",
          REDSPOT_SR_ACTIONABLE_CATEGORY: "true",
        },
      });
      await room.open();
    });
    after(() => room?.close());

    test("sends picture and report, which refers to it", async () => {
      await storeInPacs(pacs.dicomWebUrl, plan);
      await room.arrive(plan);
      const finding = await room.analyse(plan);
      const uids = reportUids(finding);
      await waitUntil(async () => (await room.list.get(plan.studyInstanceUID))?.report.state === "stored", {
        what: "the report is stored",
      });
      const { studyInstanceUID } = plan;
      const retrieve = async (one: { seriesInstanceUID: string; sopInstanceUID: string }) => {
        const { seriesInstanceUID, sopInstanceUID } = one;
        return readPart10(await client().retrieveInstance({ studyInstanceUID, seriesInstanceUID, sopInstanceUID }))
          .dataSet;
      };
      const [reference] = picturesOf(finding);
      assert.ok(reference);
      const [report, picture] = [await retrieve(uids), await retrieve(reference)];
      assert.equal(text(report, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.88.22");
      assert.match(JSON.stringify(report), /Verdacht auf Fraktur/);
      assert.match(JSON.stringify(report), /RID49481/);
      assert.ok(JSON.stringify(items(report, "ContentSequence")).includes(reference.sopInstanceUID));
      assert.equal(text(picture, "SOPClassUID"), "1.2.840.10008.5.1.4.1.1.7");
      assert.match(text(picture, "ImageComments") ?? "", /keine Markierung der Fraktur/);
      for (const one of [report, picture]) assert.match(JSON.stringify(values(one, "PatientName")), /山田\^太郎/);
      assert.deepEqual(reportErrors(report), []);
      if (withoutValidators) return;
      assert.deepEqual(dciodvfy(report).complaints, []);
      assert.deepEqual(dsrdump(report), { status: 0, complaints: [] });
      assert.deepEqual(dciodvfy(picture).complaints, []);
    });

    test("names what a late image's report supersedes under the class that the PACS has it under", async () => {
      const late = { ...plan, revision: 2 };
      await room.arrive(late);
      const { studyInstanceUID } = plan;
      const { sopInstanceUID, seriesInstanceUID } = reportUids(await room.analyse(late));
      await waitUntil(
        async () => {
          const report = (await room.list.get(studyInstanceUID))?.report;
          return report?.state === "stored" && report.sopInstanceUID === sopInstanceUID;
        },
        { what: "the second report is stored" },
      );
      const bytes = await client().retrieveInstance({ studyInstanceUID, sopInstanceUID, seriesInstanceUID });
      const [predecessor] = items(readPart10(bytes).dataSet, "PredecessorDocumentsSequence");
      assert.match(JSON.stringify(predecessor), /88\.22/);
    });
  });
});

/** The same request about another study: the UIDs of what is stored come from it. */
function inAStudyOfItsOwn(request: Omit<ReportRequest, "device" | "now">, index: number): ReportRequest {
  const { studyInstanceUID } = request.finding;
  const moved = JSON.parse(JSON.stringify(request).replaceAll(studyInstanceUID, `${studyInstanceUID}.30.${index}`));
  const pictures = request.pictures ? { pictures: picturesOf(moved.finding) } : {};
  return { ...moved, ...pictures, device: DEVICE, now: NOW };
}
