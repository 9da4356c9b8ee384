import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataSetOf, items, readPart10, text } from "@redspot/dicom";
import { PermanentFailure, type ReportState, type Workitem } from "@redspot/queue";
import { type Finding, findingOf, inShort, priorityOf } from "@redspot/triage";
import { EXAMPLE_MODEL } from "@redspot/triage/example-model";
import { reportFailure } from "./report-failure.ts";
import { reportingWith } from "./write-report.ts";

const STUDY = "1.2.3";
const CR = "1.2.840.10008.5.1.4.1.1.1";

function finding(revision = 1): Finding {
  return findingOf({
    studyInstanceUID: STUDY,
    revision,
    instances: [
      {
        sopInstanceUID: "1.2.3.1",
        sopClassUID: CR,
        analysed: true,
        logit: 2,
        probability: 0.9,
        activationMap: new Array(64).fill(0),
      },
    ],
    model: EXAMPLE_MODEL,
    softwareVersion: "1",
    analysedAt: new Date("2026-03-01T10:00:00Z"),
  });
}

/** A reading list and a PACS that remember what was done to them, in order. */
function world({
  findings = [finding()],
  readable = true,
  pacsError,
}: {
  findings?: Finding[];
  readable?: boolean;
  pacsError?: () => Error | undefined;
} = {}) {
  const done: string[] = [];
  const sent: { sopInstanceUID: string; bytes: Uint8Array }[] = [];
  let placed: Finding | undefined;
  let report: ReportState = { state: "pending" };
  const reporting = reportingWith({
    findings: { get: async (_study, revision) => findings.find((one) => one.revision === revision) },
    list: {
      place: async (one) => {
        if ((placed?.revision ?? 0) >= one.revision) return false;
        done.push(`placed ${one.revision}`);
        placed = one;
        report = { state: "pending" };
        return true;
      },
      get: async (): Promise<Workitem | undefined> =>
        placed && {
          studyInstanceUID: STUDY,
          arrivedAt: 0,
          lane: "live",
          state: "SCHEDULED",
          priority: priorityOf(placed.outcome),
          finding: inShort(placed),
          report,
        },
      noteReport: async (_study, noted) => {
        done.push(noted.state === "failed" ? `failed ${noted.code}${noted.retrying ? "" : " for good"}` : noted.state);
        report = noted;
      },
    },
    readHeader: async (_study, instance) =>
      readable
        ? dataSetOf({
            SOPClassUID: CR,
            SOPInstanceUID: instance,
            StudyInstanceUID: STUDY,
            SeriesInstanceUID: "1.2.3.9",
            PatientName: "Secret^Name",
            Rows: 1,
          })
        : undefined,
    pacs: {
      store: async (_study, sopInstanceUID, bytes) => {
        const error = pacsError?.();
        if (error) throw error;
        done.push("sent");
        sent.push({ sopInstanceUID, bytes });
      },
      holds: async (_study, sopInstanceUID) => sent.some((one) => one.sopInstanceUID === sopInstanceUID),
    },
    policy: { headStartMs: 1 },
    device: { manufacturer: "Redspot", modelName: "Redspot", serialNumber: "1" },
    utcOffsetAt: () => "+0000",
  });
  return { done, sent, reporting, report: (revision = 1) => reporting.report({ studyInstanceUID: STUDY, revision }) };
}

describe("reporting", () => {
  test("the study gets its place before its report is sent", async () => {
    const { done, report } = world();
    assert.equal(await report(), "stored");
    assert.deepEqual(done, ["placed 1", "sent", "stored"]);
  });

  test("a job that runs twice sends once", async () => {
    const { done, report } = world();
    await report();
    assert.equal(await report(), "already stored");
    assert.deepEqual(done, ["placed 1", "sent", "stored"]);
  });

  test("a PACS that is away delays the report, not the place; the same bytes go later", async () => {
    let away = true;
    const { done, sent, report } = world({ pacsError: () => (away ? reportFailure("PACS_UNREACHABLE") : undefined) });
    await assert.rejects(report(), { code: "PACS_UNREACHABLE" });
    assert.deepEqual(done, ["placed 1", "failed PACS_UNREACHABLE"]);
    away = false;
    assert.equal(await report(), "stored");
    const undelayed = world();
    await undelayed.report();
    assert.deepEqual(sent, undelayed.sent);
  });

  test("what was given up stays on the list, with its reason", async () => {
    const { done, report, reporting } = world({ pacsError: () => reportFailure("PACS_REFUSED") });
    const error = await report().catch((reason: Error) => reason);
    assert.ok(error instanceof PermanentFailure);
    await reporting.giveUp({ studyInstanceUID: STUDY, revision: 1 }, error);
    assert.deepEqual(done, ["placed 1", "failed PACS_REFUSED", "failed PACS_REFUSED for good"]);
  });

  test("no instance to take the patient from, or no finding, is for good", async () => {
    const unreadable = world({ readable: false });
    await assert.rejects(unreadable.report(), { code: "NO_SOURCE", name: "PermanentFailure" });
    await assert.rejects(world({ findings: [] }).report(), { code: "FINDING_MISSING", name: "PermanentFailure" });
  });

  test("a newer revision supersedes: an older report not yet sent is not sent, one that was is the predecessor", async () => {
    const findings = [finding(1), finding(2), finding(3)];
    const { done, sent, report } = world({ findings });
    await report(1);
    await report(3);
    assert.equal(await report(2), "superseded");
    assert.deepEqual(done, ["placed 1", "sent", "stored", "placed 3", "sent", "stored"]);
    const [first, third] = sent.map(({ bytes }) => readPart10(bytes).dataSet);
    const [study] = items(third!, "PredecessorDocumentsSequence");
    const [series] = items(study!, "ReferencedSeriesSequence");
    const [predecessor] = items(series!, "ReferencedSOPSequence");
    assert.equal(text(predecessor!, "ReferencedSOPInstanceUID"), text(first!, "SOPInstanceUID"));
  });

  test("no error says who the patient is", async () => {
    const { report } = world({ findings: [{ ...finding(), studyInstanceUID: "1.9" }] });
    const error = await report().catch((reason: Error) => reason);
    assert.ok(error instanceof PermanentFailure);
    assert.ok(!/Secret/.test(`${error.message}${error.stack}`));
  });
});
