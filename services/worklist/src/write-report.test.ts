import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataSetOf, items, readPart10, text } from "@redspot/dicom";
import { PermanentFailure, type ReportState, type Workitem } from "@redspot/queue";
import type { StoredReport } from "@redspot/recovery";
import { DEFAULT_OPTIONS, picturesOf, type ReportOptions } from "@redspot/sr";
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

interface Sent {
  sopInstanceUID: string;
  bytes: Uint8Array;
}

/** A reading list and a PACS that remember what was done to them, in order. */
function world({
  findings = [finding()],
  lost = [],
  readable = true,
  seen = true,
  options = {},
  sent = [],
  pacsError,
  answerLost = () => false,
}: {
  findings?: Finding[];
  /** What the spool has recorded, and Redis does not know any more. */
  lost?: Finding[];
  readable?: boolean;
  /** Whether the spool still has what the network saw. */
  seen?: boolean;
  options?: Partial<ReportOptions>;
  /** What the PACS has. */
  sent?: Sent[];
  pacsError?: (sopInstanceUID: string) => Error | undefined;
  /** Whether the PACS has a report, and its answer is lost. */
  answerLost?: () => boolean;
} = {}) {
  const done: string[] = [];
  const recorded = new Map<number, StoredReport>();
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
    records: {
      finding: async (_study, revision) => lost.find((one) => one.revision === revision),
      report: async (_study, revision) => recorded.get(revision),
      keepReport: async (_study, revision, stored) => void recorded.set(revision, stored),
    },
    pacs: {
      store: async (_study, sopInstanceUID, bytes) => {
        const error = pacsError?.(sopInstanceUID);
        if (error) throw error;
        done.push("sent");
        sent.push({ sopInstanceUID, bytes });
        if (answerLost()) throw reportFailure("PACS_UNCLEAR", sopInstanceUID);
      },
      holds: async (_study, sopInstanceUID) => {
        const held = sent.find((one) => one.sopInstanceUID === sopInstanceUID);
        return held && { sopClassUID: text(readPart10(held.bytes).dataSet, "SOPClassUID") };
      },
    },
    readPreview: async () => (seen ? { width: 2, height: 2, greys: Uint8Array.of(0, 50, 100, 150) } : undefined),
    options: { ...DEFAULT_OPTIONS, ...options },
    policy: { headStartMs: 1 },
    device: { manufacturer: "Redspot", modelName: "Redspot", serialNumber: "1" },
    utcOffsetAt: () => "+0000",
  });
  /** As if Redis had lost everything but the findings. */
  const forget = () => {
    placed = undefined;
  };
  return {
    done,
    sent,
    forget,
    reporting,
    report: (revision = 1) => reporting.report({ studyInstanceUID: STUDY, revision }),
  };
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

  test("what the PACS holds is not sent again, though Redis has forgotten it", async () => {
    const { sent, forget, report } = world();
    await report();
    forget();
    assert.equal(await report(), "already stored");
    assert.equal(sent.length, 1);
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

  test("an overtaken report counts as stored where the PACS has it, though its answer was lost", async () => {
    let isLost = true;
    const findings = [finding()];
    const { sent, report } = world({ findings, answerLost: () => isLost });
    await assert.rejects(report(1), { code: "PACS_UNCLEAR" });
    isLost = false;
    findings.push(finding(2));
    assert.equal(await report(2), "stored");
    assert.equal(sent.length, 2);
    assert.equal(await report(1), "already stored");
    // From then on the spool knows: the PACS need not be asked again, nor be there.
    sent.length = 0;
    assert.equal(await report(1), "already stored");
  });

  test("before a finding that says nothing goes what an earlier one says, though it was overtaken or forgotten", async () => {
    const failure = { code: "ANALYSIS_FAILED", text: "the analysis failed" } as const;
    const silent = (revision: number): Finding => {
      const instances = [{ sopInstanceUID: "1.2.3.1", sopClassUID: CR, analysed: false as const, reason: failure }];
      return findingOf({ ...finding(revision), instances, analysedAt: new Date("2026-03-01T11:00:00Z") });
    };
    for (const known of [
      { findings: [finding(1), silent(2), silent(3)] },
      { findings: [silent(2), silent(3)], lost: [finding(1)] },
    ]) {
      const { done, report } = world(known);
      await report(3);
      assert.deepEqual(done.slice(0, 2), ["placed 1", "placed 3"]);
    }
  });

  describe("with pictures", () => {
    const options = { explanation: "secondary-capture" } as const;
    const uid = picturesOf(finding())[0]!.sopInstanceUID;
    const refersTo = ({ bytes }: Sent, sopInstanceUID: string) =>
      JSON.stringify(readPart10(bytes).dataSet).includes(sopInstanceUID);

    test("the picture goes to the PACS before the report that refers to it", async () => {
      const { sent, report } = world({ options });
      assert.equal(await report(), "stored");
      assert.deepEqual(sent.map(({ sopInstanceUID }) => sopInstanceUID).indexOf(uid), 0);
      assert.equal(sent.length, 2);
      assert.ok(refersTo(sent[1]!, uid));
    });

    test("one that the PACS has is not sent again, and is referred to", async () => {
      const { sent, report } = world({ options, findings: [finding(1), finding(2)] });
      await report(1);
      await report(2);
      assert.equal(sent.length, 3);
      assert.ok(refersTo(sent[2]!, uid));
    });

    test("none where the PACS refuses it, or the spool no longer has the image: the report goes all the same", async () => {
      const refusing = world({
        options,
        pacsError: (sent) => (sent === uid ? reportFailure("PACS_REFUSED") : undefined),
      });
      const forgotten = world({ options, seen: false });
      const plain = world();
      for (const { report } of [refusing, forgotten, plain]) assert.equal(await report(), "stored");
      assert.deepEqual([refusing.sent, forgotten.sent], [plain.sent, plain.sent]);
    });

    test("a PACS that is away is tried again, with picture and report", async () => {
      let away = true;
      const pacsError = (sent: string) => (away && sent === uid ? reportFailure("PACS_UNREACHABLE") : undefined);
      const { sent, report } = world({ options, pacsError });
      await assert.rejects(report(), { code: "PACS_UNREACHABLE" });
      assert.equal(sent.length, 0);
      away = false;
      assert.equal(await report(), "stored");
      assert.equal(sent.length, 2);
    });
  });

  test("a predecessor is named under the class that the PACS has it under", async () => {
    const findings = [finding(1), finding(2)];
    const sent: Sent[] = [];
    await world({ findings, sent, options: { reportClass: "enhanced" } }).report(1);
    await world({ findings, sent }).report(2);
    const [study] = items(readPart10(sent[1]!.bytes).dataSet, "PredecessorDocumentsSequence");
    assert.match(JSON.stringify(study), /"1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.22"/);
  });

  test("no error says who the patient is", async () => {
    const { report } = world({ findings: [{ ...finding(), studyInstanceUID: "1.9" }] });
    const error = await report().catch((reason: Error) => reason);
    assert.ok(error instanceof PermanentFailure);
    assert.ok(!/Secret/.test(`${error.message}${error.stack}`));
  });
});
