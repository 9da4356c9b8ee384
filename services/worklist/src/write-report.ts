import { type DataSet, writePart10 } from "@redspot/dicom";
import type { FindingStore, ReadingList, StudyJob } from "@redspot/queue";
import type { StudyRecords } from "@redspot/recovery";
import { buildReport, type PredecessorDocument, type ReportOptions, type ReportRequest, reportUids } from "@redspot/sr";
import type { Finding, ReadingPolicy } from "@redspot/triage";
import { asReportFailure, reportFailure } from "./report-failure.ts";
import { type PictureDependencies, storePictures } from "./store-pictures.ts";

interface ReportDependencies extends PictureDependencies {
  findings: Pick<FindingStore, "get">;
  list: Pick<ReadingList, "place" | "get" | "noteReport">;
  /** The header of an instance, or undefined where it cannot be read. */
  readHeader: (studyInstanceUID: string, sopInstanceUID: string) => Promise<DataSet | undefined>;
  /** Where it is recorded what the PACS holds, should Redis lose it. */
  records: Pick<StudyRecords, "finding" | "report" | "keepReport">;
  /** How far findings move studies forward. */
  policy: ReadingPolicy;
  device: ReportRequest["device"];
  /** What the site chose about its reports. */
  options: ReportOptions;
  /** Local offset from UTC at a moment, like "+0100". */
  utcOffsetAt: (moment: Date) => string;
  /** Told of a finding that has given its study its place, and how long after the study's arrival. */
  onPlaced?: (finding: Finding, ms: number) => void;
}

type ReportOutcome = "stored" | "already stored" | "superseded";

/** Brings findings onto the reading list and into the PACS. */
export interface Reporting {
  report(job: StudyJob): Promise<ReportOutcome>;
  giveUp(job: StudyJob, error: Error): Promise<void>;
}

/**
 * The end of a study's way: its finding gives it its place on the reading list, and then its report goes to the PACS.
 * In this order, so that a PACS that is away delays no fracture. Every part may be done twice without harm: a place is
 * the same again, and a report has the same UIDs and bytes.
 */
export function reportingWith(dependencies: ReportDependencies): Reporting {
  const { findings, list, records, pacs, onPlaced } = dependencies;

  return {
    async report(job) {
      const { studyInstanceUID, revision } = job;
      try {
        const finding = await findings.get(studyInstanceUID, revision);
        if (!finding) throw reportFailure("FINDING_MISSING", `revision ${revision} of study ${studyInstanceUID}`);
        const isPlaced = await place(finding, dependencies);
        const workitem = await list.get(studyInstanceUID);
        if (isPlaced && workitem) onPlaced?.(finding, Date.now() - workitem.arrivedAt);
        const { sopInstanceUID } = reportUids(finding);
        const keep = () => {
          const storedAt = new Date().toISOString();
          // Without the record the report may be sent once more, with the same UIDs: no reason to call it failed.
          return records.keepReport(studyInstanceUID, revision, { sopInstanceUID, storedAt }).catch(() => {});
        };
        const isRecorded = async () =>
          (await records.report(studyInstanceUID, revision))?.sopInstanceUID === sopInstanceUID;
        if ((workitem?.finding?.revision ?? revision) > revision) {
          if (await isRecorded()) return "already stored";
          // A report that a newer revision has made untrue before it was sent would only mislead. But the PACS may have one
          // whose acknowledgement was lost.
          if (!(await pacs.holds(studyInstanceUID, sopInstanceUID))) return "superseded";
          await keep();
          return "already stored";
        }
        const known = workitem?.report;
        if (known?.state === "stored" && known.sopInstanceUID === sopInstanceUID) return "already stored";
        const isSent = await isRecorded();
        if (!isSent) {
          await send(finding, dependencies);
          await keep();
        }
        await list.noteReport(job, { state: "stored", sopInstanceUID });
        return isSent ? "already stored" : "stored";
      } catch (error) {
        const failure = asReportFailure(error);
        await list.noteReport(job, { state: "failed", code: failure.code, retrying: true });
        throw failure;
      }
    },

    async giveUp(job, error) {
      const { code } = asReportFailure(error);
      await list.noteReport(job, { state: "failed", code, retrying: false });
    },
  };
}

/**
 * Gives a study the place that its finding asks for. One that says nothing leaves the study where an earlier one has put it: that
 * one goes first, as it may have been overtaken, or a Redis that lost everything may know nothing of it.
 */
async function place(finding: Finding, { findings, list, records, policy }: ReportDependencies): Promise<boolean> {
  const { studyInstanceUID, outcome, revision } = finding;
  for (let earlier = outcome === "not-analysed" ? revision - 1 : 0; earlier > 0; earlier -= 1) {
    const then = (await findings.get(studyInstanceUID, earlier)) ?? (await records.finding(studyInstanceUID, earlier));
    if (!then || then.outcome === "not-analysed") continue;
    await list.place(then, policy);
    break;
  }
  return list.place(finding, policy);
}

async function send(finding: Finding, dependencies: ReportDependencies): Promise<void> {
  const { readHeader, pacs, device, utcOffsetAt, options } = dependencies;
  const { studyInstanceUID } = finding;
  const sources: DataSet[] = [];
  for (const { sopInstanceUID } of finding.instances) {
    const header = await readHeader(studyInstanceUID, sopInstanceUID);
    if (header) sources.push(header);
  }
  const predecessor = await predecessorOf(finding, dependencies);
  // The moment of the finding, not of this try: the same report, sent again, has the same bytes.
  const now = new Date(finding.analysedAt);
  const request: ReportRequest = {
    finding,
    sources,
    device,
    now,
    utcOffset: utcOffsetAt(now),
    options,
    ...(predecessor === undefined ? {} : { predecessor }),
  };
  const pictures = options.explanation === "secondary-capture" ? await storePictures(request, dependencies) : [];
  const { dataSet, sopInstanceUID } = buildReport({ ...request, pictures });
  await pacs.store(studyInstanceUID, sopInstanceUID, writePart10(dataSet));
}

/** The latest earlier report of the study that the PACS holds: the one that this one supersedes. */
async function predecessorOf(
  { studyInstanceUID, revision }: Finding,
  { findings, pacs }: ReportDependencies,
): Promise<PredecessorDocument | undefined> {
  for (let earlier = revision - 1; earlier > 0; earlier -= 1) {
    const finding = await findings.get(studyInstanceUID, earlier);
    if (!finding) continue;
    const uids = reportUids(finding);
    const held = await pacs.holds(studyInstanceUID, uids.sopInstanceUID);
    // It may be of another class than today's reports are.
    if (held) return { ...uids, ...(held.sopClassUID === undefined ? {} : { sopClassUID: held.sopClassUID }) };
  }
  return undefined;
}
