import type { DataSet } from "@redspot/dicom";
import {
  type Announcement,
  announcementOf,
  assertAccepted,
  controlIdOf,
  Hl7Error,
  type ReportPlace,
  readAcknowledgement,
  type Sender,
} from "@redspot/hl7";
import { type FindingStore, NotYet, type ReadingList, type ReportState, type StudyJob } from "@redspot/queue";
import type { StudyRecords } from "@redspot/recovery";
import type { Finding, Outcome } from "@redspot/triage";
import { AnnouncementFailure, asAnnouncementFailure } from "./announcement-failure.ts";

interface AnnouncingDependencies {
  findings: Pick<FindingStore, "get">;
  list: Pick<ReadingList, "get">;
  /** Where it is recorded who was told, should Redis lose it. */
  records: Pick<StudyRecords, "announcement" | "keepAnnouncement">;
  /** The header of an instance, or undefined where the spool no longer has it. */
  readHeader: (studyInstanceUID: string, sopInstanceUID: string) => Promise<DataSet | undefined>;
  /** What the PACS says of a study, for when the spool no longer has it; undefined where it does not know the study. */
  findPatient: (studyInstanceUID: string) => Promise<DataSet | undefined>;
  /** Sends a message and has what came back read; throws Hl7Error, or CircuitOpen while the receiver is left in peace. */
  exchange: (message: string, read: (answer: string) => void) => Promise<void>;
  sender: Sender;
  /** Does some work about a study unless another process is at such work about it: then undefined. */
  aloneWith: <T>(studyInstanceUID: string, work: () => Promise<T>) => Promise<T | undefined>;
  /** Which findings are told of. */
  outcomes: ReadonlySet<Outcome>;
  now: () => Date;
  utcOffsetAt: (moment: Date) => string;
  /** Told of each acknowledgement's code. */
  onAcknowledged?: (code: string) => void;
}

/** How long a message waits for another about the same study. */
const OTHER_UNDER_WAY_MS = 1_000;

/** What became of an announcement. */
export const ANNOUNCEMENT_OUTCOMES = [
  "announced",
  "corrected",
  "already announced",
  "superseded",
  "not wanted",
] as const;

interface Announced {
  outcome: (typeof ANNOUNCEMENT_OUTCOMES)[number];
  /** MSH-10 of what was sent: by it the receiver's log has the message. */
  controlId?: string;
}

/**
 * Tells a RIS or an integration engine of a revision's finding, once its report is in the PACS or was given up. Patient and
 * order are put into the message here and nowhere else. What the receiver has acknowledged is not sent again; a message
 * whose acknowledgement was lost is, under the same message control ID. Where it was told that there is no report, and there
 * is one by now, it is told so, once. Of one study one message follows the other, as the receiver takes what it hears last for
 * what holds: throws NotYet while another is under way.
 */
export function announcingWith(dependencies: AnnouncingDependencies): (job: StudyJob) => Promise<Announced> {
  const { findings, list, records, exchange, aloneWith, sender, outcomes, now, utcOffsetAt, onAcknowledged } =
    dependencies;

  const send = async (message: string, controlId: string): Promise<void> => {
    try {
      await exchange(message, (text) => {
        const answer = readAcknowledgement(text);
        onAcknowledged?.(answer.code);
        assertAccepted(answer, controlId);
      });
    } catch (error) {
      const { code } = asAnnouncementFailure(error);
      throw new AnnouncementFailure(code, `message ${controlId}, ${(error as Error).message}`, error);
    }
  };

  const write = (what: Pick<Announcement, "controlId" | "finding" | "header" | "report" | "isCorrection">): string => {
    const moment = now();
    try {
      return announcementOf({
        ...what,
        sender,
        now: moment,
        utcOffset: utcOffsetAt(moment),
      });
    } catch (error) {
      if (error instanceof Hl7Error) throw error;
      // Its words may hold what stands in the header.
      throw new AnnouncementFailure("ANNOUNCEMENT_FAILED", error instanceof Error ? error.name : undefined);
    }
  };

  const announce = async ({ studyInstanceUID, revision }: StudyJob): Promise<Announced> => {
    const finding = await findings.get(studyInstanceUID, revision);
    if (!finding) throw new AnnouncementFailure("FINDING_MISSING", `revision ${revision} of study ${studyInstanceUID}`);
    const workitem = await list.get(studyInstanceUID);
    if ((workitem?.finding?.revision ?? revision) > revision) return { outcome: "superseded" };
    const report = placeOf(workitem?.report);
    const told = await records.announcement(studyInstanceUID, revision);
    const isReportNew = told?.reportMissing !== undefined && !("code" in report);
    if (told && !isReportNew) return { outcome: "already announced" };
    const as = isReportNew ? "announced-report" : "announced";
    if (isReportNew && (await records.announcement(studyInstanceUID, revision, as)))
      return { outcome: "already announced" };
    const earlier = await findingsBefore(finding, dependencies);
    // Of what it asked for, and of what makes untrue what it may have been told.
    if (![finding, ...earlier].some(({ outcome }) => outcomes.has(outcome))) return { outcome: "not wanted" };
    const controlId = controlIdOf(finding, isReportNew ? "report" : "announcement");
    const header = await headerOf(finding, dependencies);
    await send(
      write({ controlId, finding, header, report, isCorrection: isReportNew || earlier.length > 0 }),
      controlId,
    );
    const acknowledged = { controlId, acknowledgedAt: now().toISOString() };
    const kept = "code" in report ? { ...acknowledged, reportMissing: report.code } : acknowledged;
    // Without the record the message may be sent once more, and is known by its control ID.
    await records.keepAnnouncement(studyInstanceUID, revision, kept, as).catch(() => {});
    return { outcome: isReportNew ? "corrected" : "announced", controlId };
  };
  return async (job) => {
    const announced = await aloneWith(job.studyInstanceUID, () =>
      announce(job).catch((error: unknown) => {
        throw asAnnouncementFailure(error);
      }),
    );
    if (announced === undefined) throw new NotYet(OTHER_UNDER_WAY_MS);
    return announced;
  };
}

/** The findings of the study's earlier revisions. */
async function findingsBefore(
  { studyInstanceUID, revision }: Finding,
  { findings }: AnnouncingDependencies,
): Promise<Finding[]> {
  const earlier = Array.from({ length: revision - 1 }, (_, index) => findings.get(studyInstanceUID, index + 1));
  return (await Promise.all(earlier)).flatMap((finding) => finding ?? []);
}

/** Patient and order: from the spool, or from the PACS where the spool has let go of the study. Throws NO_SOURCE. */
async function headerOf(
  { studyInstanceUID, instances }: Finding,
  { readHeader, findPatient }: AnnouncingDependencies,
): Promise<DataSet> {
  for (const { sopInstanceUID } of instances) {
    const header = await readHeader(studyInstanceUID, sopInstanceUID);
    if (header) return header;
  }
  const study = await findPatient(studyInstanceUID).catch((error: unknown) => {
    throw new AnnouncementFailure("PACS_UNREACHABLE", undefined, error);
  });
  if (!study) throw new AnnouncementFailure("NO_SOURCE", `study ${studyInstanceUID}`);
  return study;
}

function placeOf(report: ReportState | undefined): ReportPlace {
  if (report?.state === "stored") return { sopInstanceUID: report.sopInstanceUID };
  return { code: report?.state === "failed" ? report.code : "REPORT_PENDING" };
}
