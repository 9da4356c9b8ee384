/**
 * The life of a study, whole: a modality stores it in the PACS, the PACS pushes it to Redspot of its own accord, the
 * three services, each a process, judge it and report, and the report is in the PACS and the study in its place.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { number, tagOf, text, writePart10 } from "@redspot/dicom";
import { DicomWebClient } from "@redspot/dicomweb";
import { makeStudy, type PhantomStudy } from "@redspot/phantom";
import { countReports, pushAgain, type ReadingListLine, waitUntil } from "@redspot/testbed";
import { type Installation, startInstallation } from "./installation.ts";

const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
const matrix = { rows: 900, columns: 700 };
const lateral = ["lateral"] as const;

/** A lateral on its own, as a small CR image. */
const wrist = (seed: number, fracture: false | { severity: number }) =>
  makeStudy({ seed, fracture, views: lateral, imageClass: "CR", matrix });

/** One study of each kind, in the order in which they are sent. */
const studies = {
  whole: wrist(11, false),
  wholeToo: wrist(12, false),
  wholeAgain: wrist(13, false),
  child: makeStudy({ seed: 14, exclusion: "open-growth-plates", views: lateral, imageClass: "CR", matrix }),
  frontal: makeStudy({ seed: 15, exclusion: "ap-view", imageClass: "DX", matrix }),
  short: withTooFewPixels(wrist(16, false)),
  broken: wrist(17, { severity: 1 }),
  brokenToo: makeStudy({ seed: 18, fracture: { severity: 1 }, views: lateral, imageClass: "DX", matrix }),
  bothViews: makeStudy({ seed: 19, fracture: { severity: 1 }, views: ["pa", "lateral"], imageClass: "CR", matrix }),
};
type Kind = keyof typeof studies;
const kinds = Object.keys(studies) as Kind[];
const uidOf = (kind: Kind) => studies[kind].studyInstanceUID;

/** A study whose header promises twice the rows that the pixel data has. */
function withTooFewPixels(study: PhantomStudy): PhantomStudy {
  const instances = study.instances.map((instance) => {
    const rows = number(instance.dataSet, "Rows") as number;
    const dataSet = { ...instance.dataSet, [tagOf("Rows")]: { vr: "US", Value: [2 * rows] } };
    return { ...instance, dataSet, bytes: writePart10(dataSet) };
  });
  return { ...study, instances };
}

describe("the life of a study", () => {
  let installation: Installation;
  let list: ReadingListLine[];

  before(async () => {
    // What comes back with a study must not open a revision.
    const environment = { REDSPOT_SR_ACTIVATION: "secondary-capture" };
    installation = await startInstallation({ pushes: true, environment });
    for (const kind of kinds) await installation.storeInPacs(studies[kind]);
    list = await installation.allReported(kinds.length);
  });

  after(() => installation?.stop());

  const lineOf = (kind: Kind) => {
    const line = list.find(({ studyInstanceUID }) => studyInstanceUID === uidOf(kind));
    assert.ok(line, `${kind} is on the list`);
    return line;
  };

  test("each study has exactly one structured report in the PACS", async () => {
    const reports = await countReports(installation.pacs.dicomWebUrl);
    assert.deepEqual(
      reports,
      new Map(kinds.map((kind) => [uidOf(kind), 1]).sort() as [string, number][]),
      "in QIDO-RS",
    );
  });

  test("a picture goes with each image that shows a fracture or may, and with no other", async () => {
    const client = new DicomWebClient({ url: installation.pacs.dicomWebUrl });
    for (const kind of kinds) {
      const found = await client.searchForInstances(
        { SOPClassUID: SECONDARY_CAPTURE },
        { studyInstanceUID: uidOf(kind) },
      );
      const { outcome } = lineOf(kind);
      assert.equal(found.length, outcome === "fracture" || outcome === "inconclusive" ? 1 : 0, `${kind}: ${outcome}`);
    }
    assert.ok(list.some(({ outcome }) => outcome === "fracture"));
  });

  test("what cannot be judged says why", () => {
    assert.equal(lineOf("child").reason?.code, "OPEN_GROWTH_PLATES");
    assert.equal(lineOf("frontal").reason?.code, "NOT_LATERAL");
    assert.equal(lineOf("short").reason?.code, "PIXEL_DATA_TOO_SHORT");
    for (const kind of ["child", "frontal", "short"] as const) assert.equal(lineOf(kind).outcome, "not-analysed");
  });

  test("gross fractures are more probable than none", () => {
    const mean = (...some: Kind[]) =>
      some.map((kind) => lineOf(kind).probability ?? Number.NaN).reduce((sum, one) => sum + one / some.length, 0);
    const [broken, whole] = [mean("broken", "brokenToo", "bothViews"), mean("whole", "wholeToo", "wholeAgain")];
    assert.ok(broken > whole, `${broken} > ${whole}`);
  });

  test("suspected fractures come first, then the rest; both in order of arrival", () => {
    const arrival = [...list].sort((a, b) => Date.parse(a.arrivedAt) - Date.parse(b.arrivedAt));
    const expected = [
      ...arrival.filter(({ outcome }) => outcome === "fracture"),
      ...arrival.filter(({ outcome }) => outcome !== "fracture"),
    ];
    const order = (lines: readonly ReadingListLine[]) => lines.map(({ studyInstanceUID }) => studyInstanceUID);
    assert.deepEqual(order(list), order(expected));
    assert.notDeepEqual(order(list), order(arrival), "some study has overtaken those that came before it");
  });

  test("pushing a study again changes nothing", async () => {
    await pushAgain(installation.pacs.url, uidOf("broken"));
    await pushAgain(installation.pacs.url, uidOf("short"));
    // What would come of it would have come by the time that a study sent afterwards is reported.
    const later = wrist(20, false);
    await installation.storeInPacs(later);
    const reports = await waitUntil(
      async () => {
        const counts = await countReports(installation.pacs.dicomWebUrl);
        return counts.has(later.studyInstanceUID) && counts;
      },
      { what: "the later study has its report", programs: installation.programs() },
    );
    for (const kind of kinds) assert.equal(reports.get(uidOf(kind)), 1, kind);
    const lines = await installation.list();
    assert.equal(lines.length, kinds.length + 1);
    for (const line of lines) assert.equal(line.revision, 1);
  });

  test("no log line holds patient data", () => {
    const logs = installation.programs().map(({ logFile }) => readFileSync(logFile, "utf8"));
    assert.equal(logs.length, 3);
    assert.ok(logs.every((log) => log.length > 0));
    for (const { instances } of Object.values(studies)) {
      const { dataSet } = instances[0]!;
      for (const keyword of ["PatientID", "AccessionNumber", "PatientBirthDate"]) {
        const value = text(dataSet, keyword);
        assert.ok(value, keyword);
        for (const log of logs) assert.ok(!log.includes(value), keyword);
      }
      for (const log of logs) assert.ok(!/PHANTOM/.test(log), "PatientName");
    }
  });
});
